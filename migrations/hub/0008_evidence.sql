-- Abnormal release: ID photos, a supervisor's leave, follow-up debts (R22-R25, R36, R38).

alter table opening add column debt_id text;    -- debt filed with it; null: none
alter table opening add column unpaid text;     -- waive or debt; null: nothing was due, or a normal opening

create table photo (
    id text primary key,          -- UUIDv7
    case_id text not null references "case" (id),
    lot_id text not null,
    person_id text not null,      -- who took it
    source text not null,         -- device_camera, system_camera or lane_camera
    taken_at bigint not null,     -- ms UTC, hub time
    received_at bigint not null,  -- ms UTC
    sha256 text not null,         -- of the kept JPEG, hex; names the sealed object
    original text not null,       -- SHA-256 of what was sent, hex: the same upload twice is one photo; taken back: its id
    near text not null,           -- 64-bit difference hash, 16 hex digits: alike pictures have near hashes
    bytes bigint not null,        -- size of the kept JPEG
    width bigint not null,        -- pixels
    height bigint not null,       -- pixels
    opening_id text,              -- the opening it proves; null: not used yet
    held_at bigint,               -- ms UTC, kept beyond its retention since; null: not held
    held_why text,                -- null with held_at
    held_by text,                 -- person; null with held_at
    deleted_at bigint             -- ms UTC, the picture is gone and this row is its tombstone; null: kept
);
create unique index photo_once on photo (case_id, original);
create index photo_by_case on photo (case_id);
create index photo_by_opening on photo (opening_id);
create index photo_by_age on photo (received_at) where deleted_at is null;
create index photo_by_sha on photo (sha256);

create table approval (
    id text primary key,          -- UUIDv7
    case_id text not null references "case" (id),
    lot_id text not null,
    lane_id text not null,
    content text not null,        -- SHA-256 of vehicle, direction, reason and money, hex: leave is for exactly this
    direction text not null,
    plate text,                   -- null: unlicensed
    assessment text not null,
    due_fen bigint,               -- null: nothing was quoted
    reason text not null,
    remark text not null,
    photos text not null,         -- JSON list of photo ids
    person_id text not null,      -- who asks
    asked_at bigint not null,     -- ms UTC
    expires_at bigint not null,   -- ms UTC
    state text not null,          -- waiting, allowed, denied, expired or used
    answered_by text,             -- person; null while waiting
    answered_at bigint,           -- ms UTC; null while waiting
    note text,                    -- null: none
    opening_id text               -- the opening it allowed; null until used
);
create index approval_by_case on approval (case_id, id);
create index approval_waiting on approval (expires_at) where state = 'waiting';

create table debt (
    id text primary key,          -- UUIDv7
    lot_id text not null,
    lane_id text not null,
    case_id text not null references "case" (id),
    opening_id text,              -- null: filed without an opening
    stay_id text,                 -- null: no stay known
    plate text,                   -- null: unlicensed
    phone text,                   -- null: not given; one of plate and phone is there
    amount_fen bigint not null,
    paid_fen bigint not null,     -- of it, paid since
    person_id text not null,
    filed_at bigint not null,     -- ms UTC
    state text not null,          -- open, settled or waived
    ended_at bigint,              -- ms UTC; null while open
    ended_by text,                -- person; null while open, or settled by payment
    note text                     -- why it was waived; null otherwise
);
create index debt_by_plate on debt (plate) where state = 'open';
create index debt_by_phone on debt (phone) where state = 'open';
create index debt_by_lot on debt (lot_id, id);
create index debt_by_opening on debt (opening_id);

-- What of a payment went to a debt; a stay the payment was told for has the rest.
create table debt_payment (
    payment_id text not null references payment (id),
    debt_id text not null references debt (id),
    amount_fen bigint not null,
    primary key (payment_id, debt_id)
);
create index debt_payment_by_debt on debt_payment (debt_id);
