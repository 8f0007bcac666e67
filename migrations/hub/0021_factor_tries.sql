-- Codes of a second factor that were tried: so many an account in a time, from wherever they come.
alter table person add column factor_tries bigint not null default 0; -- codes told since factor_tries_from; 0 after a right one
alter table person add column factor_tries_from bigint;               -- ms UTC; null: none was ever told
