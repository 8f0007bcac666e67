-- One minute before a lease ends its holder is warned, once, whichever hub does it.

alter table lease add column warned boolean not null default false; -- the holder was told; false again with every claim
