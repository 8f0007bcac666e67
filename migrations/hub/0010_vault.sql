-- Whether the hub's key fits these records, told at the start (R36).

create table vault_check (
    id text primary key,          -- always key
    sealed text not null          -- a text every hub knows, sealed with the hub's newest key, base64
);
