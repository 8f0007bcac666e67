-- What this device remembers between starts. Never a token, never a password.
create table setting (
    -- What is remembered: settings, hub_url, username, person, lane_held.
    name text primary key not null,
    -- Plain text, or JSON where the name stands for several values.
    value text not null
);
