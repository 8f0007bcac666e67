-- Orders to devices, and the record of every manual opening.

create table "order" (
    id text primary key,          -- UUID made by the desk
    case_id text not null references "case" (id),
    lane_id text not null,
    lot_id text not null,
    person_id text not null,
    fence bigint not null,        -- of the lease it was given under
    action text not null,         -- open or close
    content text not null,        -- SHA-256 of what was ordered, hex: another content under one id is refused
    made_at bigint not null,      -- ms UTC, when the person pressed
    deadline_at bigint not null,  -- ms UTC, never sent after it
    result text not null,         -- running, accepted, opened, closed, refused, failed, unknown
    detail text not null,         -- for people; empty while running
    answered_at bigint,           -- ms UTC; null while running
    hub text not null             -- the hub process that sends it
);
create index order_by_case on "order" (case_id);
create index order_by_lane on "order" (lane_id, made_at);
create index order_running on "order" (deadline_at) where result = 'running';

create table opening (
    id text primary key,          -- UUIDv7, so also the order of time
    order_id text not null unique references "order" (id),
    case_id text not null references "case" (id),
    call_id text,                 -- null: no call
    kind text not null,           -- normal or abnormal
    lot_id text not null,
    lane_id text not null,
    direction text not null,      -- entry or exit
    plate text,                   -- in force; null: unlicensed
    plate_read text,              -- null: no plate read
    plate_color text,             -- null: not told
    phone text,                   -- the driver's; null: not given
    entry_reason text,            -- why a visitor came in; null: not asked
    person_id text not null,
    source text not null,         -- query or call
    assessment text not null,
    read_id text,                 -- the plate read it answers; null: none
    stay_id text,                 -- null: none
    due_fen bigint,               -- at that moment; null: nothing was quoted
    first_quote_fen bigint,       -- null: never quoted
    collected_fen bigint,         -- paid for the stay by then; null: no stay
    reason text,                  -- code; null for normal openings
    remark text,                  -- null: none
    photos text not null,         -- JSON list of photo ids
    picture_before text,          -- picture id; null: none could be taken
    picture_after text,           -- picture id, about 3 s after; null: none could be taken
    approved_by text,             -- person; null: no approval was needed
    claimed_at bigint not null,   -- ms UTC
    at bigint not null,           -- ms UTC
    result text not null,
    barrier_before text not null,
    barrier_after text not null,
    passage text not null,        -- pending, passed or none
    release text                  -- normal, free or abnormal once the stay is settled; null before
);
create index opening_by_lane on opening (lane_id, id);
create index opening_by_lot on opening (lot_id, id);
create index opening_by_plate on opening (plate, id);
create index opening_by_person on opening (person_id, id);
create index opening_pending on opening (lane_id) where passage = 'pending';
