-- Who holds which lane, and the cases worked there.

create table "case" (
    id text primary key,          -- UUIDv7
    lane_id text not null,
    lot_id text not null,
    person_id text not null,      -- who works it, or worked it last
    source text not null,         -- query or call
    state text not null,          -- open, closed, expired, taken_over, handed_over, requeried
    opened_at bigint not null,    -- ms UTC
    closed_at bigint,             -- ms UTC; null while open
    read_id text,                 -- the plate read in force; null: none
    plate_read text,              -- what the camera read; null: no plate
    plate text,                   -- in force: corrected, chosen or read; null: none
    plate_color text,             -- as the camera saw it; null: not told
    corrected boolean not null,   -- a person set the plate; plate events no longer replace it
    phone text,                   -- the driver's; null: not looked up by phone
    stay_id text,                 -- the stay a person chose; null: found by plate
    direction text,               -- entry or exit; null on a both-ways lane until known
    first_quote_fen bigint,       -- first amount due in this case; null: never quoted
    outcome text,                 -- as the person told it; null: not told
    note text,                    -- null: none
    call_id text                  -- null: no call
);
create index case_by_plate on "case" (plate);
create index case_by_phone on "case" (phone);
create index case_by_lane on "case" (lane_id, opened_at);
create index case_by_person on "case" (person_id, opened_at);

-- One row per lane that was ever claimed. Rows never vanish, so the fence never falls.
create table lease (
    lane_id text primary key,
    lot_id text not null,
    fence bigint not null,        -- rises with every claim
    open boolean not null,        -- somebody holds it, unless expires_at has passed
    person_id text not null,      -- the holder, or the last one
    case_id text not null references "case" (id),
    acquired_at bigint not null,  -- ms UTC, kept over renewals
    expires_at bigint             -- ms UTC; null while a call is live
);
create unique index lease_one_per_person on lease (person_id) where open;
create index lease_by_expiry on lease (expires_at) where open;

-- The timeline of a case (R35). Rows are only ever added.
create table case_event (
    id text primary key,          -- UUIDv7
    case_id text not null references "case" (id),
    at bigint not null,           -- ms UTC
    person_id text,               -- null: happened by itself
    what text not null,           -- a step word
    facts text not null           -- JSON object of text values
);
create index case_event_by_case on case_event (case_id, id);
