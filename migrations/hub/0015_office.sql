-- The back office: sessions people can see, second factors, changes of the site, help, repairs, cash (R4, R34, R39).

alter table session add column address text;          -- network address it was begun from; null: begun before this was kept
alter table session add column confirmed_at bigint;   -- ms UTC, when the password was entered once more; null: not since the login

alter table person add column factor text;            -- TOTP secret, sealed with the hub's key, base64; null: none was offered
alter table person add column factor_at bigint;       -- ms UTC, in force since; null: offered only, or none
alter table person add column factor_step bigint;     -- the last 30 s step whose code was used, so that no code works twice; null: none

alter table integration add column next_secret text;  -- HMAC key accepted beside the old one, sealed, base64; null: none

-- Every change an administrator made, with what is needed to take it back. Rows are only added and marked as undone.
create table site_change (
    id text primary key,          -- UUIDv7
    section text not null,        -- section of the site file; import for a whole file
    row_id text not null,
    label text not null,          -- what people call the row
    kind text not null,           -- added, changed, removed or imported
    person_id text not null,      -- who
    at bigint not null,           -- ms UTC
    before text,                  -- JSON of the row without secrets; null: there was none
    after text,                   -- JSON of the row without secrets; null: it is gone
    version text,                 -- the row's version after it; null: it is gone
    secrets boolean not null,     -- a secret was set or removed with it, which cannot be taken back
    undone_by text,               -- the change that took it back; null: it stands
    undoes text                   -- the change it took back; null: it is one of its own
);
create index site_change_by_row on site_change (section, row_id, id);

-- A holder's call for help; one row a case.
create table help (
    case_id text primary key references "case" (id),
    lot_id text not null,
    lane_id text not null,
    person_id text not null,      -- who asks
    note text not null,           -- may be empty
    at bigint not null,           -- ms UTC
    answered_by text,             -- person; null: not answered yet
    answer text,                  -- null with answered_by
    answered_at bigint,           -- ms UTC; null with answered_by
    over_at bigint                -- ms UTC, needed no more; null: stands
);
create index help_open on help (at) where over_at is null;

-- Times in which a device could not be reached.
create table outage (
    id text primary key,          -- UUIDv7
    device_id text not null,
    lot_id text,                  -- of its lanes; null: none names it
    began_at bigint not null,     -- ms UTC
    ended_at bigint,              -- ms UTC; null: it lasts
    error text not null,          -- what the try that failed said
    alerted_at bigint             -- ms UTC, when supervisors were alerted; null: they were not
);
create unique index outage_one_open on outage (device_id) where ended_at is null;
create index outage_by_time on outage (began_at);

create table maintenance (
    id text primary key,          -- UUIDv7
    device_id text not null,
    lot_id text not null,
    lane_id text,                 -- where it was noticed; null: not at one lane
    case_id text,                 -- in which case; null: in none
    note text not null,           -- may be empty
    person_id text not null,      -- who noticed it
    at bigint not null,           -- ms UTC
    repair text,                  -- what was done; null: still to do
    closed_by text,               -- person; null: still to do
    closed_at bigint              -- ms UTC; null: still to do
);
create index maintenance_by_device on maintenance (device_id, id);
create index maintenance_open on maintenance (lot_id, id) where closed_at is null;

-- Cash taken at a gate. The money itself is a payment of the integration `cash` with this id as its event.
create table cash (
    id text primary key,          -- made by the desk
    case_id text not null references "case" (id),
    lot_id text not null,
    lane_id text not null,
    stay_id text,                 -- null: no stay was found
    plate text,                   -- null: unlicensed
    person_id text not null,      -- who took it
    amount_fen bigint not null,
    at bigint not null            -- ms UTC
);
create index cash_by_time on cash (at, id);
create index cash_by_lot on cash (lot_id, at, id);
create index cash_by_person on cash (person_id, at, id);

-- Figures of a time are counted over what ended in it.
create index case_by_end on "case" (closed_at) where closed_at is not null;
