-- Numbers of drivers are forgotten some time after their call (rule caller_retention_days); these still have one.

create index call_with_caller on call (ended_at) where caller <> '';
