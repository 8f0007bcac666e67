-- Photos a release owes (补录, R24), and the picture a supervisor is shown with a question for leave.

alter table opening add column photos_owed bigint;      -- ID photos still to be brought; 0: brought later; null: none were owed
alter table opening add column photos_due_at bigint;    -- ms UTC, a photo taken after it does not count; null with photos_owed
alter table approval add column picture_id text;        -- the lane as it was when leave was asked for; null: no picture was there

create index opening_owing on opening (at, id) where photos_owed > 0;
create index approval_by_picture on approval (picture_id);
