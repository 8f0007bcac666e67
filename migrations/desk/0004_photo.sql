-- ID photos taken on this device, sealed until the hub has them (R23, R36).

create table photo (
    id text primary key not null, -- UUIDv7 made here
    hub text not null,            -- address of the hub it is meant for
    person text not null,         -- id of the person who took it; sent in their session only
    case_id text not null,        -- the case it was taken for
    source text not null,         -- device_camera or system_camera
    taken_at bigint not null,     -- when the shutter went: ms UTC, hub time as this device knew it
    kept_at bigint not null,      -- when it was kept here: ms UTC by this device's clock; dropped after 7 days
    state text not null,          -- waiting, sent or refused
    sealed blob,                  -- AES-256-GCM: 12 bytes nonce, then the picture; null: the hub has it or never will
    answer text                   -- JSON: the hub's photo (sent) or problem (refused); null while it waits
);

create index photo_waiting on photo (hub, person, id) where state = 'waiting';
create index photo_by_case on photo (hub, person, case_id, id);
