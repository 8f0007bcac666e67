-- Lanes a person worked from this device, to find them again without typing.
create table recent_lane (
    -- Address of the hub the lane belongs to.
    hub text not null,
    -- Person who worked it; one device serves several people.
    person text not null,
    -- The lane's id on that hub.
    lane text not null,
    -- Its name within the lot, as last seen.
    lane_name text not null,
    -- Its short code, as last seen.
    code text not null,
    -- entry, exit or both.
    direction text not null,
    -- Its lot's id.
    lot text not null,
    -- The lot's name, as last seen.
    lot_name text not null,
    -- When it was last claimed here: milliseconds since 1970 UTC, by this device's clock.
    used_at bigint not null,
    primary key (hub, person, lane)
);

create index recent_lane_newest on recent_lane (hub, person, used_at desc);
