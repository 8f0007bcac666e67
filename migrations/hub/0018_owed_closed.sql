-- Photos that were never brought (补录, R24): a supervisor closes what is overdue, with a reason; the release keeps both.

alter table opening add column photos_closed_at bigint; -- ms UTC; null: not closed
alter table opening add column photos_closed_by text;   -- the supervisor; null with photos_closed_at
alter table opening add column photos_closed_why text;  -- in their words; null with photos_closed_at
