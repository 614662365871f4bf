-- One row per admitted ticket; its id is the ticket's. Inserting it is the one decision: every
-- duplicate of a command meets this key and changes nothing.
create table orders (
    id               uuid        constraint orders_pkey primary key,
    drop_id          uuid        not null references drops,
    seller_id        uuid        not null references sellers,
    shopper_id       uuid        not null,
    -- As the command had them. A rejected one may name what does not exist, so no reference.
    variant_id       uuid        not null,
    units            integer     not null check (units >= 0),
    amount_minor     bigint      not null check (amount_minor >= 0),
    currency         char(3)     not null,
    state            text        not null constraint order_state_known check (state in
        ('reserved', 'authorizing', 'authorized', 'capturing', 'confirmed',
         'rejected', 'dead', 'expired', 'payment_failed', 'cancelled')),
    reason           text,
    lane             smallint    not null,
    score            bigint      not null,
    admitted_at      timestamptz not null,
    -- Taken under the drop row's lock; RATE-2 is judged by it.
    processed_at     timestamptz not null,
    -- Number of the last transition, and of the last order event.
    sequence         integer     not null default 1,
    -- Whether the line has been told the end of this order (FINISH); the reconciler looks for false.
    line_told        boolean     not null default false,
    created_at       timestamptz not null default now(),
    updated_at       timestamptz not null default now()
);
create index orders_of_shopper on orders (shopper_id, id desc);
create index orders_of_drop on orders (drop_id, id);
create index orders_line_to_tell on orders (drop_id) where not line_told
    and state in ('confirmed', 'rejected', 'dead', 'expired', 'payment_failed', 'cancelled');

-- Units a customer has or holds in a drop. The key is the account; fingerprints may join it later.
create table customer_usage (
    drop_id      uuid    not null references drops,
    customer_key text    not null,
    units        integer not null check (units >= 0),
    max_units    integer not null,
    primary key (drop_id, customer_key),
    constraint customer_within_limit check (units <= max_units)
);

create table holds (
    order_id   uuid        primary key references orders,
    drop_id    uuid        not null references drops,
    variant_id uuid        not null,
    units      integer     not null check (units > 0),
    state      text        not null constraint hold_state_known
        check (state in ('held', 'capturing', 'sold', 'released')),
    expires_at timestamptz not null,
    updated_at timestamptz not null default now()
);
create index holds_due on holds (expires_at) where state = 'held';

-- Every change of stock, append-only. The sums equal the inventory row.
create table inventory_moves (
    id          bigint      generated always as identity primary key,
    drop_id     uuid        not null references drops,
    variant_id  uuid        not null,
    order_id    uuid,
    kind        text        not null constraint move_kind_known
        check (kind in ('carve', 'reserve', 'release', 'sell', 'give_back')),
    d_available integer     not null,
    d_reserved  integer     not null,
    d_sold      integer     not null,
    -- The inventory row's version after the move (moves of one batch share it).
    version     bigint      not null,
    at          timestamptz not null default now()
);
create index inventory_moves_of_drop on inventory_moves (drop_id, variant_id);

-- Every change of an order's state, append-only.
create table ticket_transitions (
    order_id   uuid        not null references orders,
    sequence   integer     not null,
    from_state text        not null,
    to_state   text        not null,
    terminal   boolean     not null,
    reason     text,
    at         timestamptz not null default clock_timestamp(),
    primary key (order_id, sequence)
);
-- ORDER-2 by construction: one end per order.
create unique index one_terminal_transition on ticket_transitions (order_id) where terminal;

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger inventory_moves_append_only before update or delete on inventory_moves
    for each row execute function refuse_change();
create trigger ticket_transitions_append_only before update or delete on ticket_transitions
    for each row execute function refuse_change();
