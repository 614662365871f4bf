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

-- Answers given under an Idempotency-Key.
create table idempotency_keys (
    owner      text        not null,
    key        text        not null constraint idempotency_key_short check (length(key) between 1 and 255),
    request    bytea       not null,
    status     integer,
    body       bytea,
    created_at timestamptz not null default now(),
    primary key (owner, key)
);
create index idempotency_keys_old on idempotency_keys (created_at);

-- Tells services at once that a drop's row changed (limits, mode, state).
create function notify_drop_changed() returns trigger language plpgsql as $$
begin
    perform pg_notify('drop_changed', new.id::text);
    return new;
end $$;
create trigger drops_notify_insert after insert on drops
    for each row execute function notify_drop_changed();
create trigger drops_notify_update after update on drops
    for each row when (
        (old.state, old.limits_version, old.epoch, old.epoch_state, old.opens_at, old.closes_at)
        is distinct from
        (new.state, new.limits_version, new.epoch, new.epoch_state, new.opens_at, new.closes_at))
    execute function notify_drop_changed();
-- Tells the payments role that there is work.
create function notify_payment_due() returns trigger language plpgsql as $$
begin
    perform pg_notify('payment_due', '');
    return null;
end $$;
create trigger payments_notify after insert on payments
    for each statement execute function notify_payment_due();
