-- What we want of the provider, written before we ask. A row is one thing asked for under one key,
-- however often the call is made.
create table payments (
    id                uuid        primary key,
    order_id          uuid        not null references orders,
    kind              text        not null constraint payment_kind_known
        check (kind in ('authorize', 'capture', 'void', 'refund')),
    attempt           integer     not null default 1,
    idempotency_key   text        not null constraint payment_key_unique unique,
    amount_minor      bigint      not null check (amount_minor >= 0),
    currency          char(3)     not null,
    -- The provider's name for the shopper's means of payment; never a card number.
    payment_method    text,
    provider_id       text,
    status            text        not null default 'pending' constraint payment_status_known
        check (status in ('pending', 'unknown', 'succeeded', 'declined', 'failed')),
    decline_code      text,
    calls             integer     not null default 0,
    -- When the next call is due, and until when an instance works on it.
    next_call_at      timestamptz not null default now(),
    claimed_until     timestamptz,
    created_at        timestamptz not null default now(),
    updated_at        timestamptz not null default now(),
    constraint payment_once unique (order_id, kind, attempt)
);
-- PAY-1 by construction: one capture per order.
create unique index one_capture_per_order on payments (order_id)
    where kind = 'capture' and status = 'succeeded';
create index payments_due on payments (next_call_at) where status in ('pending', 'unknown');

-- Double entry, append-only: the entries of one transaction add up to zero.
create table ledger_entries (
    id             bigint      generated always as identity primary key,
    transaction_id uuid        not null,
    order_id       uuid        not null references orders,
    payment_id     uuid        not null references payments,
    account        text        not null constraint ledger_account_known
        check (account in ('provider', 'seller')),
    amount_minor   bigint      not null,
    currency       char(3)     not null,
    at             timestamptz not null default now(),
    constraint ledger_once unique (payment_id, account)
);
create trigger ledger_append_only before update or delete on ledger_entries
    for each row execute function refuse_change();

-- Callbacks of the provider: hints that are acted on once.
create table provider_events (
    event_id    text        primary key,
    payment_ref text        not null,
    type        text        not null,
    received_at timestamptz not null default now()
);
