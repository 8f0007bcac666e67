-- What this device remembers between starts. Never a token, never a password.

create table setting (
    name text primary key not null, -- settings, hub_url, username, person or lane_held
    value text not null             -- JSON
);
