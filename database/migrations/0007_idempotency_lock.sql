-- A process that died in the middle of a request must not keep its key for ever: after this moment
-- the request may be run again. Its first moment stays in `created_at`, which names what it makes.
alter table idempotency_keys
    add column locked_until timestamptz not null default now() + interval '60 seconds';
