-- Who changed what and why, append-only.
create table audit_log (
    id        bigint      generated always as identity primary key,
    at        timestamptz not null default clock_timestamp(),
    actor     text        not null,
    action    text        not null,
    drop_id   uuid,
    seller_id uuid,
    old       jsonb,
    new       jsonb,
    why       text        not null
);
create index audit_of_drop on audit_log (drop_id, id desc);
create trigger audit_log_append_only before update or delete on audit_log
    for each row execute function refuse_change();
create trigger audit_log_not_truncated before truncate on audit_log
    for each statement execute function refuse_change();

-- Answers given under an Idempotency-Key.
create table idempotency_keys (
    owner        text        not null,
    key          text        not null constraint idempotency_key_short check (length(key) between 1 and 255),
    request      bytea       not null,
    status       integer,
    body         bytea,
    -- Names what the request makes, so a second run finds it made.
    created_at   timestamptz not null default now(),
    -- A process that died in the middle of a request must not keep its key for ever: after this
    -- moment the request may be run again.
    locked_until timestamptz not null default now() + interval '60 seconds',
    primary key (owner, key)
);
create index idempotency_keys_old on idempotency_keys (created_at);
