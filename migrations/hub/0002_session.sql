-- Who is logged in. The token itself is never stored.

create table session (
    token_hash text primary key,  -- SHA-256 of the token, hex
    person_id text not null references person (id),
    created_at bigint not null,   -- ms UTC
    used_at bigint not null,      -- ms UTC, written at most once a minute
    expires_at bigint not null    -- ms UTC, however much it is used
);
create index session_by_person on session (person_id);
