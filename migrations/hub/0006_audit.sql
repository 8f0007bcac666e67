-- What was done, chained so that a change shows; and what desks are to be told.

-- Rows are only ever added. Every writer of a hub process has its own chain.
create table audit (
    chain text not null,          -- UUIDv7 of the writer
    seq bigint not null,          -- from 0 within the chain, no gaps
    at bigint not null,           -- ms UTC
    person_id text,               -- null: the hub itself
    action text not null,         -- for example lane.claim
    subject text not null,        -- kind and id, for example lane:E01
    body text not null,           -- JSON of the facts
    prev text not null,           -- hash of the row before, hex; 64 zeros in the first
    hash text not null,           -- SHA-256 over prev and all fields above, hex
    primary key (chain, seq)
);
create index audit_by_time on audit (at);

-- The outbox that desks' streams are fed from. (xid, n) rises for every reader alike.
create table event (
    xid bigint not null,          -- the writing transaction's number
    n bigint not null,            -- place within the transaction
    at bigint not null,           -- ms UTC
    lot_id text,                  -- who may see it: people with this lot in scope; null: see person_id
    person_id text,               -- only this person; null: everybody in scope
    kind text not null,           -- told (to desks) or site (hubs reload what they keep in memory)
    body text not null,           -- JSON of the frame without its seq
    primary key (xid, n)
);
create index event_by_time on event (at);
