-- Drivers' calls, as a telephone system tells them, and how the seats they ring at stand (R2, R29 to R32).

create table call (
    id text primary key,          -- UUIDv7
    integration_id text,          -- the telephone system; null: a robot's button, or opened by hand
    external_id text,             -- the telephone system's own id; null with integration_id
    state text not null,          -- ringing, waiting, live, ended or abandoned
    lot_id text,                  -- null: the lane is not known
    lane_id text,                 -- null: not known
    robot text,                   -- the calling robot's number, as told; null: no robot
    caller text not null,         -- the number that calls; empty where not told
    called text,                  -- the number that was called; null: not told
    seat text,                    -- the seat it rings at or was taken from; null: none was named
    seat_at bigint,               -- ms UTC, when the telephone system said so; null with seat, or taken by hand
    person_id text,               -- who has it; null: nobody yet
    taken_at bigint,              -- ms UTC, when a person took it in hand; null: it only rang at their seat, or nobody did
    case_id text,                 -- the case it is worked in; null: none
    by_hand boolean not null,     -- opened by a person for a driver who rang another number
    overflow_at bigint,           -- ms UTC, from when others may take it too; null: nobody in particular is meant
    overflow boolean not null,    -- that moment has come and was told
    since bigint not null,        -- ms UTC, when it began to ring
    answered_at bigint,           -- ms UTC; null: not answered
    ended_at bigint,              -- ms UTC; null: not over
    heard_at bigint not null,     -- ms UTC, when the hub last heard anything of it
    recording_url text,           -- where the recording lies; null: not told
    called_back_at bigint,        -- ms UTC; null: nobody has called back
    called_back_by text,          -- person; null with called_back_at
    called_back_note text         -- null: none
);
create unique index call_by_telephone on call (integration_id, external_id);
-- A person talks to one driver at a time.
create unique index call_one_per_person on call (person_id) where state in ('ringing', 'live');
create index call_open on call (since) where state in ('ringing', 'waiting', 'live');
create index call_abandoned on call (since) where state = 'abandoned' and called_back_at is null;
create index call_of_case on call (case_id);

-- What telephone systems told; a repeated number has no effect. Rows are removed when no repetition can come any more.
create table call_event (
    integration_id text not null,
    event_id text not null,       -- the telephone system's number for it
    call_id text not null,        -- ours
    kind text not null,           -- ringing, answered or ended
    occurred_at bigint not null,  -- ms UTC, by the telephone system's clock
    received_at bigint not null,  -- ms UTC
    primary key (integration_id, event_id)
);
create index call_event_by_time on call_event (received_at);

alter table seat add column away boolean not null default false; -- the person takes no calls for now
alter table seat add column away_at bigint;  -- ms UTC, since when they are away or back; null: never said
alter table seat add column hub text;        -- the hub process that listens to the person's desk; null: no desk ever listened
alter table seat add column heard_at bigint; -- ms UTC, when that hub last said so; null with hub
alter table seat add column lost_at bigint;  -- ms UTC, when the desk's stream was cut; null: it listens, or never did
alter table seat add column state text;      -- as last told to desks; null: nobody sits there
alter table seat add column since bigint;    -- ms UTC, since when; null with state
