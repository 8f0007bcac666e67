-- The record as people look through it: fast lists, rises that are not ours, warnings, daily reports, signed heads
-- (R25, R33, R40).

-- Lists go by time, newest first; every common filter has its own way in.
create index opening_by_time on opening (at, id);
create index opening_of_lot on opening (lot_id, at, id);
create index opening_of_lane on opening (lane_id, at, id);
create index opening_of_plate on opening (plate, at, id);
create index opening_of_person on opening (person_id, at, id);
create index opening_of_reason on opening (reason, at, id) where reason is not null;
create index opening_of_result on opening (result, at, id);
create index opening_of_kind on opening (kind, at, id);
create index opening_of_source on opening (source, at, id);
create index opening_of_passage on opening (passage, at, id) where passage <> 'passed';
create index opening_by_case on opening (case_id);
create index opening_by_stay on opening (stay_id);
drop index opening_by_lane;
drop index opening_by_lot;
drop index opening_by_plate;
drop index opening_by_person;

-- Every two and three neighbouring characters of every plate that was ever opened for, so that a part of a plate is
-- found without looking at every opening.
create table plate_part (
    part text not null,           -- two or three characters
    plate text not null,          -- a plate that holds them, normalised
    primary key (part, plate)
);
insert into plate_part (part, plate)
    with place (n) as (values (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12)),
        size (n) as (values (2), (3)),
        known (plate) as (select distinct plate from opening where plate is not null)
    select distinct substr(known.plate, place.n, size.n), known.plate
    from known cross join place cross join size
    where place.n + size.n - 1 <= length(known.plate);

-- A barrier that rose without an order of ours and without an automatic passage (R40).
create table rise (
    id text primary key,          -- UUIDv7
    lot_id text not null,
    lane_id text not null,
    device_id text not null,      -- that told it
    at bigint not null,           -- ms UTC, first seen up
    down_at bigint,               -- ms UTC, last seen down before; null: not since the hub began
    picture_id text,              -- null: none could be taken
    plate text                    -- last read there within a minute; null: none
);
create index rise_by_time on rise (at, id);
create index rise_by_lane on rise (lane_id, at);
create index rise_by_picture on rise (picture_id);

-- Patterns found in the records (FIELD.md). The same pattern over the same rows is the same warning.
create table warning (
    id text primary key,          -- SHA-256 over pattern and rows, 40 hex digits
    subject text not null,        -- whom or what it is about: a warning over more rows takes the place of one over fewer
    pattern text not null,
    lot_id text,                  -- null: more than one lot
    lots text not null,           -- JSON list of every lot its rows are of
    person_id text,               -- null: not about one person
    plate text,                   -- null: not about one plate
    openings text not null,       -- JSON list of opening ids, newest first
    facts text not null,          -- JSON object of the numbers in its sentence
    at bigint not null,           -- ms UTC of its newest row
    found_at bigint not null,     -- ms UTC, when it was first found
    dismissed_at bigint,          -- ms UTC; null: stands
    dismissed_by text,            -- person; null: stands
    dismissed_why text            -- null: stands
);
create index warning_by_time on warning (at, id);
create index warning_of_subject on warning (subject) where dismissed_at is null;

-- Who has read which day's report.
create table report_read (
    day text not null,            -- local, YYYY-MM-DD
    person_id text not null references person (id),
    at bigint not null,           -- ms UTC
    primary key (day, person_id)
);

-- What signs the heads of the audit chains. Several where the vault's key was lost and a new one had to be made.
create table signing_key (
    public_key text primary key,  -- Ed25519, hex
    sealed text not null,         -- its seed, sealed with the hub's key, base64
    made_at bigint not null       -- ms UTC
);
