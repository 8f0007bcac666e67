-- What shows that records were changed outside the hub: sums of rows in the audit, and the signed heads themselves.

create table ledger (
    kind text not null,           -- table whose rows are summed up in the audit; begin: see id
    id text not null,             -- the row; where kind is begin: begin
    changes bigint not null,      -- how often it was written; the first time counts as 2 where it was there before sums were kept
    primary key (kind, id)
);

create table audit_head (
    digest text primary key,      -- SHA-256 of what was signed, hex; the first row of a new chain follows it
    at bigint not null            -- ms UTC
);
create index audit_head_by_time on audit_head (at, digest);
