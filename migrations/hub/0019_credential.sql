-- Who knows a password, how a lost one is set anew, who confirms what weakens a rule, and what a site file said.

-- The password stood in a file, so that others know it: it is changed at the first login from another machine.
alter table person add column handed boolean not null default false;

-- What an administrator did to somebody's way in. A password is set anew with a code by its person.
create table reset (
    id text primary key,          -- UUIDv7
    person_id text not null references person (id),
    by_id text not null,          -- the administrator
    at bigint not null,           -- ms UTC
    code_hash text,               -- SHA-256 of the code, hex; null: a second factor was taken away
    expires_at bigint not null,   -- ms UTC
    over_at bigint                -- ms UTC, used or replaced; null: the code stands
);
create index reset_by_person on reset (person_id, id);

-- Changes that weaken a rule of control, until a second administrator has answered.
create table pending (
    id text primary key,          -- UUIDv7
    section text not null,        -- section of the site file: rule or reason
    row_id text not null,
    label text not null,          -- what people call the row
    person_id text not null references person (id), -- who asks
    at bigint not null,           -- ms UTC
    version text,                 -- the row's version it was made from; null: a new row
    before text,                  -- JSON of the row as it was; null: there was none
    after text,                   -- JSON of the row as it would be; null: it would go
    undoes text,                  -- the change it would take back; null: one of its own
    state text not null,          -- waiting, confirmed or refused
    answered_by text references person (id), -- null while waiting
    answered_at bigint            -- ms UTC; null while waiting
);
create index pending_waiting on pending (id) where state = 'waiting';

-- Of a change that weakens a rule of control: who confirmed it, or that nobody else could.
alter table site_change add column confirmed_by text;
alter table site_change add column alone boolean not null default false;

-- What the site file of the last start said of each row: a row of which it says the same again is left as it is now.
create table site_line (
    section text not null,        -- section of the site file
    row_id text not null,
    words text not null,          -- the row as the file says it: sealed where it has secrets, else its SHA-256, hex
    primary key (section, row_id)
);
