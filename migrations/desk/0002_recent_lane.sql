-- Lanes a person worked from this device, to find them again without typing.

create table recent_lane (
    hub text not null,        -- address of the hub the lane belongs to
    person text not null,     -- id of the person who worked it; one device serves several people
    lane text not null,       -- the lane's id on that hub
    lane_name text not null,  -- its name within the lot, as last seen
    code text not null,       -- its short code, as last seen
    direction text not null,  -- entry, exit or both
    lot text not null,        -- its lot's id
    lot_name text not null,   -- the lot's name, as last seen
    used_at bigint not null,  -- when it was last claimed here: ms UTC by this device's clock
    primary key (hub, person, lane)
);

create index recent_lane_newest on recent_lane (hub, person, used_at desc);
