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

-- Sessions that were ended before their time: those of the shopper that began at or before the
-- moment. Every process knows these rows, so they go when the sessions would have expired anyway.
create table ended_sessions (
    shopper_id  uuid        primary key,
    began_until timestamptz not null,
    ended_at    timestamptz not null default clock_timestamp()
);
create index ended_sessions_new on ended_sessions (ended_at);

-- Tokens of sellers' members that were used; each is good for one session.
create table used_join_tokens (
    seller_id  uuid        not null,
    token_id   text        not null constraint join_token_named check (length(token_id) between 1 and 255),
    expires_at timestamptz not null,
    primary key (seller_id, token_id)
);
create index used_join_tokens_old on used_join_tokens (expires_at);

-- One-time codes with which a shopper takes a place in line along to another device: the session that it
-- goes on with, and the ticket, which is checked when it is used. Only a keyed hash of the code is here.
-- A shopper has one code per drop: a new one replaces it.
create table handoffs (
    code_hash  bytea       primary key constraint handoff_hash_length check (length(code_hash) = 32),
    shopper_id uuid        not null,
    drop_id    uuid        not null,
    member_of  uuid,
    began_at   timestamptz not null,
    ticket     text        not null constraint handoff_ticket_short check (length(ticket) between 1 and 1000),
    expires_at timestamptz not null,
    constraint handoff_once_per_line unique (shopper_id, drop_id)
);
create index handoffs_old on handoffs (expires_at);
