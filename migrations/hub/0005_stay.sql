-- Plate reads, pictures, stays and payments.

create table picture (
    id text primary key,          -- UUIDv7
    lot_id text not null,
    lane_id text not null,
    kind text not null,           -- read, still, before or after
    taken_at bigint not null,     -- ms UTC
    sha256 text not null,         -- of the JPEG, hex; names the sealed object
    bytes bigint not null         -- size of the JPEG
);
create index picture_by_lane on picture (lane_id, taken_at);

create table plate_read (
    id text primary key,          -- UUIDv7
    lot_id text not null,
    lane_id text not null,
    dedupe text not null unique,  -- device id and the camera's own UUID: a replayed event is known again
    plate text,                   -- normalised; null: no plate
    color text,                   -- null: not told
    confidence bigint,            -- 0 to 100; null: not told
    doubtful text not null,       -- JSON list of positions counted from 0
    plate_box text,               -- JSON [x, y, width, height] as parts of the picture; null: not told
    direction text,               -- entry or exit as the camera says; null: not told
    taken_at bigint not null,     -- ms UTC by the camera, corrected by its offset where known
    received_at bigint not null,  -- ms UTC
    history boolean not null,     -- replayed by the camera after an outage
    opened_by_camera boolean not null, -- the camera raised the barrier itself
    picture_id text               -- null: no picture came with it
);
create index plate_read_by_lane on plate_read (lane_id, taken_at);

-- The vehicle that stands at a lane now, as far as the reads say.
create table lane_now (
    lane_id text primary key,
    read_id text,                 -- null: nobody there, or already through
    picture_id text               -- newest still of the same vehicle; null: none
);

create table stay (
    id text primary key,          -- UUIDv7
    lot_id text not null,
    plate text,                   -- null: unlicensed
    phone text,                   -- the driver's, for an unlicensed vehicle; null otherwise
    entered_at bigint not null,   -- ms UTC
    entry_lane_id text,           -- null: entry not seen
    entry_read_id text,           -- null: entry not seen
    space_taken boolean not null, -- came in as temporary because the pass's spaces were taken
    left_at bigint,               -- ms UTC; null: inside
    exit_lane_id text,            -- null: inside, or superseded by a new entry
    exit_read_id text,            -- null likewise
    paid_fen bigint not null,     -- sum of its payments
    paid_at bigint,               -- ms UTC of the last payment; null: none
    due_fen bigint,               -- due when it left; null: inside
    release text                  -- normal, free or abnormal; null: inside
);
create unique index stay_one_inside on stay (lot_id, plate) where left_at is null and plate is not null;
create index stay_by_plate on stay (plate);
create index stay_by_phone on stay (phone);

create table payment (
    id text primary key,          -- UUIDv7
    integration_id text not null,
    event_id text not null,       -- the payment system's own number
    lot_id text not null,
    plate text,                   -- null: not told
    phone text,                   -- null: not told
    stay_id text,                 -- null while it fits no stay
    amount_fen bigint not null,
    paid_at bigint not null,      -- ms UTC
    received_at bigint not null,  -- ms UTC
    channel text,                 -- null: not told
    unique (integration_id, event_id)
);
create index payment_by_plate on payment (plate);
create index payment_by_stay on payment (stay_id);
