-- What an import did, row by row, so that it can be looked at and taken back as one change (R34).

create table site_change_row (
    change_id text not null references site_change (id),
    section text not null,        -- section of the site file
    row_id text not null,
    label text not null,          -- what people call the row
    before text,                  -- JSON of the row without secrets; null: there was none
    after text,                   -- JSON of the row without secrets; null: it is gone
    version text,                 -- the row's version after it; null: it is gone
    primary key (change_id, section, row_id)
);

-- Figures of a day lead to their rows, however many there were before.
create index call_by_time on call (since, id);
create index stay_by_end on stay (left_at);
