-- Robots: what they show, who holds their link, what they were told; words and addresses for drivers.

-- What is known of a robot. No row: it was never linked and never told anything.
create table robot_now (
    robot_id text primary key references robot (id),
    link text,                    -- UUIDv7 of the newest link; null: never linked
    hub text,                     -- the hub process that holds it; null: never linked
    linked_at bigint,             -- ms UTC; null: never linked
    alive_at bigint,              -- ms UTC, when that hub last said that the link stands; null: never linked
    ended_at bigint,              -- ms UTC, when the link ended; null: it stands, or there never was one
    scene text,                   -- as the robot last told; null: it never did
    light text,                   -- off, green, yellow or red, as the robot last told; null: it never did
    heard_at bigint,              -- ms UTC, when the robot last told something; null: never
    screen text,                  -- the JPEG of its screen, base64, sealed; null: it never sent one
    screen_at bigint,             -- ms UTC, when that picture came; null: never
    shows text,                   -- what it is to show, JSON, sent again after a new link; null: idle
    shows_case text,              -- the case that made it so; null: idle
    shows_until bigint            -- ms UTC, when its screen returns to idle by itself; null: idle
);
create index robot_now_showing on robot_now (shows_until) where shows is not null;
create index robot_now_linked on robot_now (alive_at) where ended_at is null;

create table robot_order (
    id text primary key,          -- UUID made by the desk
    case_id text not null references "case" (id),
    lane_id text not null,
    lot_id text not null,
    robot_id text not null,
    person_id text not null,
    fence bigint not null,        -- of the lease it was given under
    command text not null,        -- show_qr, show_text, speak, light, capture, restart or hang_up
    content text not null,        -- SHA-256 of what was ordered, hex: another content under one id is refused
    made_at bigint not null,      -- ms UTC, when the person pressed
    deadline_at bigint not null,  -- ms UTC, never sent after it
    result text not null,         -- running, accepted, failed or unknown
    detail text not null,         -- for people; empty while running
    answered_at bigint,           -- ms UTC; null while running
    photo text                    -- the picture it took, base64, sealed, until the asking hub fetched it; null: none
);
create index robot_order_by_case on robot_order (case_id);
create index robot_order_running on robot_order (made_at) where result = 'running';

create table robot_pairing (
    robot_id text primary key references robot (id),
    code text not null,           -- SHA-256 of the code, hex
    expires_at bigint not null,   -- ms UTC
    tries bigint not null         -- wrong codes given so far
);

create table link (
    name text primary key,        -- pay, renewal, unlicensed_entry or unlicensed_exit
    url text not null             -- with names in braces, see domain::robot
);

create table template (
    scene text not null,          -- a robot's scene
    lang text not null,           -- zh or en
    text text not null,           -- shown; its first line is the heading
    speech text not null,         -- said; empty: nothing
    primary key (scene, lang)
);
