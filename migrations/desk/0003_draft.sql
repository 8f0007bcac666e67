-- Half-filled work, kept so that a lost lease, network or power does not lose it.

create table draft (
    hub text not null,        -- address of the hub it is meant for; empty before the first login
    person text not null,     -- id of the person who filled it in; empty before login; nobody else sees it
    key text not null,        -- what it is, in the page's words, for example the case it belongs to
    body text not null,       -- JSON as the page wrote it; nothing but the page reads it
    saved_at bigint not null, -- when it was last saved: ms UTC by this device's clock; dropped after 7 days
    primary key (hub, person, key)
);
