-- What people look at most has its own way in: releases and odd results of a lot or of a few, releases of a person (R33).

create index opening_of_lot_kind on opening (lot_id, kind, at, id);
create index opening_of_lot_result on opening (lot_id, result, at, id);
create index opening_of_person_kind on opening (person_id, kind, at, id);
