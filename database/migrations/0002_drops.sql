create table drops (
    id                         uuid        primary key,
    seller_id                  uuid        not null references sellers,
    product_id                 uuid        not null references products,
    title                      text        not null constraint drop_titled check (length(title) between 1 and 200),
    description                text        not null default '',
    fulfilment                 text        not null default 'auto' constraint drop_fulfilment_known
        check (fulfilment in ('auto', 'checkout', 'pass')),
    state                      text        not null default 'draft' constraint drop_state_known
        check (state in ('draft', 'scheduled', 'open', 'sold_out', 'closed', 'cancelled')),
    mode                       text        not null default 'running' constraint drop_mode_known
        check (mode in ('running', 'paused', 'stopped')),
    message                    text        constraint drop_message_short check (length(message) <= 500),
    end_reason                 text,
    opens_at                   timestamptz,
    closes_at                  timestamptz,
    ended_at                   timestamptz,
    max_units_per_ticket       integer     not null default 1 check (max_units_per_ticket > 0),
    max_units_per_customer     integer     not null default 1 check (max_units_per_customer > 0),
    hold_seconds               integer     not null default 300 check (hold_seconds > 0),

    -- Limits, changed live by operators. `limits_version` is raised with each change of limits,
    -- mode or message; the worker brings newer ones to Redis.
    admission_rate_per_second  double precision not null default 50 constraint drop_admission_rate_positive
        check (admission_rate_per_second > 0 and admission_rate_per_second <= 100000),
    occupancy_cap              integer     not null default 1000 check (occupancy_cap > 0),
    order_rate_per_second      double precision not null default 200 constraint drop_order_rate_positive
        check (order_rate_per_second > 0 and order_rate_per_second <= 100000),
    limits_version             bigint      not null default 1,
    -- Theoretical arrival time of the order rate, microseconds; advanced under this row's lock.
    order_tat_us               double precision,
    -- The rate it was reckoned with: a changed rate rescales it, so that nobody gets a second burst.
    order_tat_rate             double precision,

    -- Partition of queue-events and order-commands that this drop has while it is open.
    partition                  integer,
    -- Generation of the drop's state in Redis; raised by each rebuild.
    epoch                      integer     not null default 0,
    epoch_state                text        not null default 'none' constraint drop_epoch_state_known
        check (epoch_state in ('none', 'rebuilding', 'open')),
    -- F of the last rebuild: commands of an older epoch at or beyond this offset are passed over.
    boundary_generation        bigint      not null default 0,
    boundary_offset            bigint      not null default 0,
    -- Where the drop's own records begin in its partitions.
    events_start_generation    bigint      not null default 0,
    events_start_offset        bigint      not null default 0,

    created_at                 timestamptz not null default now(),
    version                    bigint      not null default 1,
    constraint drop_window check (closes_at is null or opens_at is null or closes_at > opens_at),
    constraint drop_scheduled_has_times
        check (state in ('draft', 'cancelled') or opens_at is not null)
);
create index drops_of_seller on drops (seller_id, id);
create index drops_alive on drops (state, opens_at) where state in ('scheduled', 'open');
-- Two open drops may share a partition only when there are more drops than partitions.
create index drops_by_partition on drops (partition) where state in ('scheduled', 'open');

-- Stock of a drop, carved out of its variant.
create table inventory (
    drop_id    uuid    not null references drops,
    variant_id uuid    not null references variants,
    seller_id  uuid    not null references sellers,
    total      integer not null check (total >= 0),
    available  integer not null,
    reserved   integer not null default 0,
    sold       integer not null default 0,
    version    bigint  not null default 1,
    primary key (drop_id, variant_id),
    -- The last guards against overselling, whatever the code above them does.
    constraint inventory_not_oversold check (available >= 0 and reserved >= 0 and sold >= 0),
    constraint inventory_conserved check (available + reserved + sold = total)
-- The hot row of a drop: room on its page keeps its updates HOT.
) with (fillfactor = 10);
