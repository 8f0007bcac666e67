-- Half-filled work, kept so that a lost lease, network or power does not lose it.
create table draft (
    -- Address of the hub it is meant for; empty before the first login.
    hub text not null,
    -- Person who filled it in; empty before login. Nobody else sees it.
    person text not null,
    -- What it is, in the page's words, for example the case it belongs to.
    key text not null,
    -- JSON as the page wrote it; nothing but the page reads it.
    body text not null,
    -- When it was last saved: milliseconds since 1970 UTC, by this device's clock. Drafts older than 7 days are dropped.
    saved_at bigint not null,
    primary key (hub, person, key)
);
