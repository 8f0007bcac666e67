-- What the site file says: areas, lots, lanes, devices, people and rules. Text ids are the site file's short names.

create table area (
    id text primary key,          -- site-file id
    name text not null,           -- shown to people
    parent_id text                -- the area above; null at the root
);

create table lot (
    id text primary key,
    name text not null,
    area_id text not null references area (id),
    manager text not null,        -- who is in charge
    manager_phone text not null,  -- as people dial it
    outsiders boolean not null,   -- whether vehicles without a pass are admitted
    address text,                 -- null where not given
    leave_minutes bigint not null -- minutes a paid vehicle has to leave
);

create table device (
    id text primary key,
    driver text not null,         -- the maker's protocol, for example hikvision
    settings text not null,       -- JSON of the driver's own settings, without secrets
    secrets text not null         -- JSON of password and push_key, sealed with the hub's key, base64
);

create table robot (
    id text primary key,
    number text not null unique,  -- as people call it
    phone text not null,
    secret text not null          -- its link key, sealed with the hub's key, base64
);

create table lane (
    id text primary key,
    lot_id text not null references lot (id),
    name text not null,           -- within the lot
    code text not null,           -- as painted at the gate
    direction text not null,      -- entry, exit or both
    barrier_id text,              -- device that moves the arm; null: none
    plate_camera_id text,         -- device that reads plates; null: none
    environment_cameras text not null, -- JSON list of device ids, may be empty
    id_camera_id text,            -- device that pictures documents; null: none
    robot_id text                 -- null: no robot here
);
create index lane_by_lot on lane (lot_id);

create table person (
    id text primary key,
    username text not null unique,
    name text not null,
    role text not null,           -- lot_staff, agent, supervisor or admin
    password_hash text not null,  -- argon2id, PHC text
    must_change boolean not null, -- the password is for the first login only
    disabled_at bigint            -- ms UTC; null: may log in
);

create table person_scope (
    person_id text not null references person (id),
    kind text not null,           -- area or lot
    target_id text not null,      -- id of that area or lot
    primary key (person_id, kind, target_id)
);

create table seat (
    number text primary key,
    person_id text unique references person (id), -- who sits there; null: nobody
    bound_at bigint               -- ms UTC; null with person_id
);

create table reason (
    code text primary key,
    text text not null,           -- shown to people
    direction text not null,      -- entry, exit or any
    remark boolean not null,      -- a remark is required (entries always require one)
    photos_min bigint not null,   -- at exits
    photos_max bigint not null,   -- at exits
    approval boolean not null     -- a supervisor must allow it
);

create table pass (
    id text primary key,
    lot_id text not null references lot (id),
    status text not null,         -- created, active, suspended or cancelled
    valid_from bigint not null,   -- ms UTC, first moment
    valid_to bigint not null,     -- ms UTC, last moment
    spaces bigint not null        -- parking spaces its plates share
);

create table pass_plate (
    lot_id text not null,
    plate text not null,          -- normalised
    pass_id text not null references pass (id),
    primary key (lot_id, plate, pass_id)
);
create index pass_plate_by_pass on pass_plate (pass_id);

create table vehicle (
    lot_id text not null references lot (id),
    plate text not null,          -- normalised
    locked boolean not null,      -- the owner locked it
    blacklisted boolean not null, -- this lot bars it
    primary key (lot_id, plate)
);

create table tariff (
    lot_id text primary key references lot (id),
    free_minutes bigint not null,
    first_minutes bigint not null,
    first_fen bigint not null,
    step_minutes bigint not null,
    step_fen bigint not null,
    day_cap_fen bigint            -- most that 24 hours cost; null: no cap
);

create table integration (
    id text primary key,
    kind text not null,           -- telephony or payments
    secret text not null          -- HMAC key, sealed with the hub's key, base64
);

create table rule (
    name text primary key,        -- for example lock_minutes
    value bigint not null         -- unit is in the name; booleans are 0 and 1
);
