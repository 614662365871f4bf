-- What we want of the provider, written before we ask. A row is one thing asked for, however often
-- the call is made; its id is the key of the call.
create table payments (
    id             uuid        primary key,
    order_id       uuid        not null,
    drop_id        uuid        not null,
    kind           text        not null constraint payment_kind_known
        check (kind in ('authorize', 'capture', 'void', 'refund')),
    -- What it takes, lets go or gives back: the authorization of a capture or a void, the capture
    -- of a refund.
    source_id      uuid,
    -- Names the refund where there may be several of one capture.
    refund_id      uuid,
    -- Counts the authorizations of an order from 1: another card may follow one that was declined.
    attempt        integer     not null default 1,
    amount_minor   bigint      not null constraint payment_amount_not_negative check (amount_minor >= 0),
    currency       char(3)     not null,
    -- The provider's name for the shopper's means of payment; never a card number.
    payment_method text,
    provider_id    text,
    status         text        not null default 'pending' constraint payment_status_known
        check (status in ('pending', 'unknown', 'succeeded', 'declined', 'failed', 'needs_review')),
    -- The provider's code, or ours: why it was declined, failed, or needs a person.
    code           text,
    created_at     timestamptz not null default clock_timestamp(),
    updated_at     timestamptz not null default clock_timestamp(),
    constraint payment_has_source check ((kind = 'authorize') = (source_id is null))
) with (fillfactor = 80);
create index payments_of_order on payments (order_id);
create unique index authorization_once on payments (order_id, attempt) where kind = 'authorize';
-- Asking twice for the same step of the same money is asking once.
create unique index payment_once on payments (source_id, kind, refund_id) nulls not distinct
    where source_id is not null;
-- PAY-1 by construction: one capture per order.
create unique index one_capture_per_order on payments (order_id)
    where kind = 'capture' and status = 'succeeded';
create index payments_to_review on payments (id) where status = 'needs_review';
create index payments_unknown on payments (updated_at) where status = 'unknown';

-- Calls to make: a row per payment without a certain answer. It is apart from the payments so that
-- looking for what is due never wades through what is done.
create table payment_calls (
    payment_id    uuid        primary key,
    drop_id       uuid        not null,
    -- Due from then on. A claim moves it to the end of the claim; a first call is due since its
    -- hold began, so that the hold that ends first is called first.
    due_at        timestamptz not null,
    -- Calls made, counted before each, so that a crash in the middle of one is counted, too.
    calls         integer     not null default 0,
    -- Apart from first calls, which those that are held back must not hide.
    is_repeat     boolean     not null generated always as (calls > 0) stored,
    last_call_at  timestamptz
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
create index payment_calls_due on payment_calls (drop_id, is_repeat, due_at);

-- Double entry, append-only: the entries of one payment add up to zero.
create table ledger_entries (
    payment_id     uuid        not null,
    account        text        not null constraint ledger_account_known
        check (account in ('provider', 'seller')),
    order_id       uuid        not null,
    amount_minor   bigint      not null,
    currency       char(3)     not null,
    at             timestamptz not null default clock_timestamp(),
    constraint ledger_once primary key (payment_id, account)
);
create trigger ledger_append_only before update or delete on ledger_entries
    for each row execute function refuse_change();
create trigger ledger_not_truncated before truncate on ledger_entries
    for each statement execute function refuse_change();

-- Callbacks of the provider: hints that are acted on once.
create table provider_events (
    event_id    text        primary key,
    payment_ref text        not null,
    type        text        not null,
    received_at timestamptz not null default now()
);
create index provider_events_old on provider_events (received_at);
