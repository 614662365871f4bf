-- Hot tables have no foreign keys: the transactions that write them have just read what they would
-- check, under the locks of the drop. `crowd check` proves from outside that nothing is left over.

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;

-- One row per admitted ticket; its id is the ticket's. Inserting it is the one decision: every
-- duplicate of a command meets the key and changes nothing.
--
-- ORDER-1: the key allows a ticket one order. It has the drop before the ticket, so that it finds
-- all orders of a drop, too; a ticket belongs to one drop, and the MAC of a command covers both.
--
-- Each index costs an order an entry when it is placed, and another when its hold goes: past the
-- pivot, or at an earlier end. So there are three, and whoever looks for orders names the drop or
-- the shopper.
--
-- The hold is part of the row. Steps towards the pivot change only `state`, which no index knows,
-- so they stay on the row's page.
create table orders (
    id               uuid        not null,
    drop_id          uuid        not null,
    seller_id        uuid        not null,
    shopper_id       uuid        not null,
    -- As the command had it. A rejected one may name what does not exist.
    variant_id       uuid        not null,
    -- The journal row of the transaction that placed it.
    placed_by        bigint      not null,
    score            bigint      not null,
    amount_minor     bigint      not null constraint order_amount_not_negative check (amount_minor >= 0),
    admitted_at      timestamptz not null,
    -- Taken under the drop row's lock; RATE-2 is judged by it.
    processed_at     timestamptz not null,
    updated_at       timestamptz not null,
    -- Until when its units can be taken back, or until when a pass is good. Null for an order that
    -- never had any, past the pivot, and at the end.
    hold_expires_at  timestamptz,
    -- As the command had them; fewer, if its shopper chose so while they were held.
    units_asked      integer     not null constraint order_units_asked check (units_asked >= 0),
    -- Units of the drop that it holds or has bought; they count towards the customer's limit. Of a site
    -- with only so many visits: the one that it holds or has begun.
    units_held       integer     not null constraint order_units_held check (units_held >= 0),
    -- Number of the last transition, and of the last order event.
    sequence         integer     not null default 1,
    lane             smallint    not null,
    -- Its drop sells one unit per customer; see `one_unit_per_customer`.
    is_only_one      boolean     not null,
    currency         char(3)     not null,
    state            text        not null constraint order_state_known check (state in
        ('reserved', 'authorizing', 'authorized', 'capturing', 'confirmed', 'passed', 'redeemed',
         'visited', 'rejected', 'dead', 'expired', 'payment_failed', 'cancelled', 'revoked')),
    reason           text,
    constraint orders_pkey primary key (drop_id, id)
) with (fillfactor = 70);
create index orders_by_hold on orders (drop_id, hold_expires_at) where hold_expires_at is not null;
-- LIMIT-1 where the limit is one unit: orders that hold or have bought it are alike in the third
-- column, so the second one of a customer is refused. Any other order has its own id there and
-- meets none. Where more units are allowed, `customer_usage` counts them.
--
-- All orders are in it, because it also finds those of a shopper.
create unique index one_unit_per_customer on orders (shopper_id, drop_id, (
    case when is_only_one and units_held > 0
        then '00000000-0000-0000-0000-000000000000'::uuid else id end));

-- Units that a customer has or holds in a drop that allows more than one, by everything that makes
-- two orders of one customer: the account, and what is known only at the payment.
create table customer_usage (
    drop_id      uuid    not null,
    kind         text    not null constraint usage_kind_known
        check (kind in ('account', 'fingerprint', 'address')),
    -- The account's id, 16 bytes, or a hash.
    key          bytea   not null,
    units        integer not null constraint usage_not_negative check (units >= 0),
    max_units    integer not null,
    primary key (drop_id, kind, key),
    constraint customer_within_limit check (units <= max_units)
) with (fillfactor = 70);

-- Every change of stock, append-only: one row per transaction and stock row. The sums equal the
-- inventory row.
create table stock_moves (
    drop_id     uuid        not null,
    variant_id  uuid        not null,
    -- The inventory row's version after the move.
    version     bigint      not null,
    cause       text        not null constraint move_cause_known
        check (cause in
            ('carve', 'place', 'choose', 'pay', 'visit', 'expire', 'cancel', 'review', 'give_back')),
    d_available integer     not null,
    d_reserved  integer     not null,
    d_sold      integer     not null,
    -- The journal row that names the orders; null where there are none.
    journal_id  bigint,
    at          timestamptz not null default clock_timestamp(),
    constraint stock_moves_pkey primary key (drop_id, variant_id, version)
);
create trigger stock_moves_append_only before update or delete on stock_moves
    for each row execute function refuse_change();
create trigger stock_moves_not_truncated before truncate on stock_moves
    for each statement execute function refuse_change();

-- Changes of an order's state, append-only: from the second on, and a first one that is the end.
-- The first is the order row itself.
create table ticket_transitions (
    order_id   uuid        not null,
    sequence   integer     not null,
    from_state text        not null,
    to_state   text        not null,
    terminal   boolean     not null,
    reason     text,
    at         timestamptz not null,
    constraint ticket_transitions_pkey primary key (order_id, sequence)
);
-- ORDER-2 by construction: one end per order.
create unique index one_terminal_transition on ticket_transitions (order_id) where terminal;
create trigger ticket_transitions_append_only before update or delete on ticket_transitions
    for each row execute function refuse_change();
create trigger ticket_transitions_not_truncated before truncate on ticket_transitions
    for each statement execute function refuse_change();

-- How a drop sells, kept instead of counted anew: orders placed, orders by end, refunds, and those of the
-- expired ones that were no-shows: nobody began a payment, or chose how many units to take.
create table drop_counters (
    drop_id      uuid   not null,
    what         text   not null constraint counter_known check (what in
        ('placed', 'confirmed', 'visited', 'rejected', 'dead', 'expired', 'payment_failed',
         'cancelled', 'revoked', 'refunded', 'no_show')),
    n            bigint not null,
    amount_minor bigint not null,
    primary key (drop_id, what)
) with (fillfactor = 50);

-- Tokens of those who were let in by the API of the retired waiting room, and asked for them: what they
-- say, so that a repeat says the same, and what became of the session. Deleted when the room is reset.
create table aws_tokens (
    drop_id      uuid        not null,
    -- The ticket's id, and its order's.
    request_id   uuid        not null,
    -- Counted from the reset.
    queue_number bigint      not null constraint token_number_positive check (queue_number > 0),
    issuer       text        not null constraint token_issuer_short check (length(issuer) between 1 and 500),
    issued_at    timestamptz not null,
    expires_at   timestamptz not null,
    -- 0 while the session goes on; 1 completed, -1 abandoned, as the site has said.
    status       smallint    not null default 0 constraint token_status_known check (status in (-1, 0, 1)),
    constraint aws_tokens_pkey primary key (drop_id, request_id),
    constraint token_ends_after_it_begins check (expires_at > issued_at)
);
create index aws_tokens_by_end on aws_tokens (drop_id, expires_at);
