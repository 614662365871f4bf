create table drops (
    id                         uuid        primary key,
    seller_id                  uuid        not null references sellers,
    product_id                 uuid        not null references products,
    title                      text        not null constraint drop_titled check (length(title) between 1 and 200),
    description                text        not null default '',
    -- Shown in place of the product's.
    picture                    text,
    fulfilment                 text        not null default 'auto' constraint drop_fulfilment_known
        check (fulfilment in ('auto', 'checkout', 'pass')),
    -- Of a drop that lets people into someone else's site: where that site begins, such as
    -- `https://shop.example/`. Whoever is let in is sent there, or to one of the other origins.
    site_url                   text        constraint drop_site_url_short
        check (length(site_url) between 1 and 2000),
    return_origins             text[]      not null default '{}' constraint drop_return_origins_few
        check (cardinality(return_origins) <= 20),
    -- Whether its seller counts people in by hand (`aws_rooms`); its admission rate says nothing then.
    manual                     boolean     not null default false,
    -- How many visits that site gives in all; null for no end of them. Its stock row was given as many.
    max_visits                 integer     constraint drop_max_visits_positive check (max_visits > 0),
    -- What the gate of that site does while the line gives no answer. `open` lets so many people a
    -- minute in without a line, each with a row in `let_through`.
    failure_policy             text        not null default 'closed' constraint drop_failure_policy_known
        check (failure_policy in ('closed', 'hold', 'open')),
    failure_per_minute         integer     constraint drop_failure_pace_known
        check (failure_per_minute between 1 and 60000),
    state                      text        not null default 'draft' constraint drop_state_known
        check (state in ('draft', 'scheduled', 'open', 'sold_out', 'closed', 'cancelled')),
    mode                       text        not null default 'running' constraint drop_mode_known
        check (mode in ('running', 'paused', 'hold', 'drain', 'maintenance', 'stopped')),
    -- When maintenance is said to end. It is only told: an operator ends it.
    mode_until                 timestamptz,
    -- One text for all readers, or one in English and one in Korean with U+001F between them.
    message                    text        constraint drop_message_short check (
        length(split_part(message, chr(31), 1)) <= 500
        and length(split_part(message, chr(31), 2)) <= 500 and length(message) <= 1001),
    end_reason                 text,
    opens_at                   timestamptz,
    closes_at                  timestamptz,
    ended_at                   timestamptz,
    max_units_per_ticket       integer     not null default 1 check (max_units_per_ticket > 0),
    max_units_per_customer     integer     not null default 1 check (max_units_per_customer > 0),
    hold_seconds               integer     not null default 300 check (hold_seconds > 0),
    -- How long a shopper may not join again whose hold ran out unpaid. A pass that runs out was a visit.
    cooldown_seconds           integer     not null default 0 constraint drop_cooldown_of_holds
        check (cooldown_seconds >= 0 and (fulfilment <> 'pass' or cooldown_seconds = 0)),
    -- Whether only those may join who the seller's own site says are its members (`join_keys`).
    members_only               boolean     not null default false,
    -- Whether only those may join who have redeemed a code (`drop_codes`).
    invite_only                boolean     not null default false,
    -- Whether those who are absent near the front of the line are passed over. Not where nobody can be
    -- seen: clients without a stream that poll seldom or never.
    presence                   boolean     not null default true,

    -- Limits, changed live by operators. `limits_version` is raised with each change of limits,
    -- mode or message; the worker brings newer ones to Redis.
    admission_rate_per_second  double precision not null default 50 constraint drop_admission_rate_positive
        check (admission_rate_per_second > 0 and admission_rate_per_second <= 100000),
    occupancy_cap              integer     not null default 1000 check (occupancy_cap > 0),
    order_rate_per_second      double precision not null default 200 constraint drop_order_rate_positive
        check (order_rate_per_second > 0 and order_rate_per_second <= 100000),
    -- Tickets that may wait at one time; null for as many as the setting for all drops allows.
    line_cap                   integer     constraint drop_line_cap_positive check (line_cap > 0),
    -- Up to how many percent the cap may be exceeded in place of those who never show up; null: by none.
    no_show_percent            smallint    constraint drop_no_show_percent_known
        check (no_show_percent between 1 and 30),
    limits_version             bigint      not null default 1,

    -- Its partition of queue-events and order-commands: reserved when it is scheduled, and no other
    -- drop's until it is settled (`drops_have_own_partitions`).
    partition                  integer,
    -- Whether both topics have shown that partition. Before, the drop gets no room and is not opened.
    prepared                   boolean     not null default false,
    -- Generation of the drop's state in Redis; raised by each rebuild.
    epoch                      integer     not null default 0,
    epoch_state                text        not null default 'none' constraint drop_epoch_state_known
        check (epoch_state in ('none', 'rebuilding', 'open')),
    -- Where the drop's own records begin in its partitions.
    events_start_generation    bigint      not null default 0,
    events_start_offset        bigint      not null default 0,

    created_at                 timestamptz not null default now(),
    version                    bigint      not null default 1,
    constraint drop_picture_is_own foreign key (seller_id, picture) references pictures (seller_id, id),
    constraint drop_pass_has_site check ((fulfilment = 'pass') = (site_url is not null)),
    constraint drop_failure_policy_of_site check (failure_policy = 'closed' or fulfilment = 'pass'),
    constraint drop_failure_pace_of_open
        check ((failure_policy = 'open') = (failure_per_minute is not null)),
    -- Whoever comes in without a line is nobody's member, has no code, was not counted in, and takes
    -- none of so many visits.
    constraint drop_failure_open_to_all
        check (failure_policy <> 'open'
            or not (members_only or invite_only or manual or max_visits is not null)),
    constraint drop_max_visits_of_site check (max_visits is null or fulfilment = 'pass'),
    constraint drop_until_of_maintenance check (mode_until is null or mode = 'maintenance'),
    constraint drop_manual_gives_passes check (not manual or fulfilment = 'pass'),
    constraint drop_manual_misses_nobody check (not manual or not presence),
    constraint drop_manual_has_no_end_of_visits check (not manual or max_visits is null),
    constraint drop_open_has_partition check (state <> 'open' or partition is not null),
    constraint drop_window check (closes_at is null or opens_at is null or closes_at > opens_at),
    constraint drop_scheduled_has_times
        check (state in ('draft', 'cancelled') or opens_at is not null)
);
create index drops_of_seller on drops (seller_id, id);
create index drops_of_picture on drops (picture) where picture is not null;
-- The drops that workers look after. They are few, however many there ever were.
create index drops_alive on drops (opens_at)
    where state in ('scheduled', 'open') or epoch_state <> 'none';
-- One processor, one hot row, one pace: no two drops share a partition, whatever the code above does.
create unique index drops_have_own_partitions on drops (partition)
    where state in ('scheduled', 'open') or epoch_state <> 'none';

-- How the pages of a seller's drops look: of all of them, or of the one that is named. What a drop's row
-- leaves open is as in its seller's, and what that leaves open is as for everybody.
create table themes (
    seller_id  uuid not null references sellers,
    drop_id    uuid references drops,
    logo       text,
    -- Of links and buttons, and of the band above the page.
    accent     text constraint theme_accent_is_colour check (accent ~ '^#[0-9a-f]{6}$'),
    band       text constraint theme_band_is_colour check (band ~ '^#[0-9a-f]{6}$'),
    tagline_en text constraint theme_tagline_short check (length(tagline_en) between 1 and 80),
    tagline_ko text constraint theme_korean_tagline_short check (length(tagline_ko) between 1 and 80),
    message_en text constraint theme_message_short check (length(message_en) between 1 and 300),
    message_ko text constraint theme_korean_message_short check (length(message_ko) between 1 and 300),
    constraint theme_once unique nulls not distinct (seller_id, drop_id),
    constraint theme_logo_is_own foreign key (seller_id, logo) references pictures (seller_id, id),
    -- Whoever reads one language is told what the other is.
    constraint theme_in_both_languages check (
        num_nulls(tagline_en, tagline_ko) <> 1 and num_nulls(message_en, message_ko) <> 1)
);
create index themes_of_logo on themes (logo) where logo is not null;

-- Tells services at once that a drop's row changed (limits, mode, state, epoch).
create function notify_drop_changed() returns trigger language plpgsql as $$
begin
    perform pg_notify('drop_changed', new.id::text);
    return new;
end $$;
create trigger drops_notify_insert after insert on drops
    for each row execute function notify_drop_changed();
create trigger drops_notify_update after update on drops
    for each row when (
        (old.state, old.limits_version, old.epoch, old.epoch_state, old.opens_at, old.closes_at,
         old.prepared)
        is distinct from
        (new.state, new.limits_version, new.epoch, new.epoch_state, new.opens_at, new.closes_at,
         new.prepared))
    execute function notify_drop_changed();

-- Changes of limits that are to come or under way, one a drop at most; the audit log has those that
-- were. Nobody changes the limits otherwise while there is one: that ends the plan.
create table limit_plans (
    drop_id       uuid        primary key references drops,
    begins_at     timestamptz not null,
    -- Seconds over which the admission rate moves; 0 for a change at once.
    over_seconds  integer     not null constraint plan_not_too_long
        check (over_seconds between 0 and 86400),
    -- All limits before the plan and at its end.
    old_limits    jsonb       not null,
    new_limits    jsonb       not null,
    -- The version of the limits at the begin of its ramp; null until then.
    begun_version bigint,
    -- When its next step is due.
    next_at       timestamptz not null,
    made_by       text        not null,
    why           text        not null,
    made_at       timestamptz not null default now()
);

-- Lanes beside the normal one, which has the rest of the admissions and no row. Shoppers are told of
-- them. They are set before the drop opens and stay.
create table drop_lanes (
    drop_id       uuid     not null references drops,
    lane          smallint not null check (lane between 1 and 3),
    name          text     not null constraint lane_named check (length(name) between 1 and 200),
    share_percent smallint not null check (share_percent between 0 and 90),
    primary key (drop_id, lane)
);

-- Codes that open a lane, the normal one included. Only their hashes are kept. All codes of a label are
-- of one kind, made at once.
create table drop_codes (
    drop_id    uuid        not null references drops,
    code_hash  bytea       not null check (length(code_hash) = 32),
    lane       smallint    not null check (lane between 0 and 3),
    max_uses   integer     not null check (max_uses > 0),
    uses       integer     not null default 0,
    label      text        not null check (length(label) between 1 and 200),
    created_at timestamptz not null default now(),
    revoked_at timestamptz,
    primary key (drop_id, code_hash),
    -- The last guard against a code that is worth more than it should be.
    constraint code_not_overused check (uses between 0 and max_uses)
);
create index drop_codes_of_label on drop_codes (drop_id, label);

-- Who redeemed which code: one use each, however often.
create table code_uses (
    drop_id    uuid        not null,
    code_hash  bytea       not null,
    shopper_id uuid        not null,
    used_at    timestamptz not null default now(),
    primary key (drop_id, code_hash, shopper_id),
    foreign key (drop_id, code_hash) references drop_codes
);

-- Of a drop whose seller counts people in by hand, with the API of the retired waiting room: whose turn it
-- is by the queue number, which goes on from epoch to epoch there. Each change raises the drop's
-- `limits_version`, so that workers bring it to Redis.
create table aws_rooms (
    drop_id         uuid    primary key references drops,
    -- How many numbers may come in, from the reset on; below 0 once more was taken back than given. Far
    -- from where sums overflow.
    serving_counter bigint  not null default 0 constraint serving_counter_in_range
        check (serving_counter between -4503599627370496 and 4503599627370496),
    -- The last number that was given before the last reset. Callers count from there.
    reset_number    bigint  not null default 0 constraint reset_number_not_negative
        check (reset_number >= 0),
    -- How often it was reset.
    resets          integer not null default 0
);

-- Of a site whose line gave no answer: when the next person may come in without it, microseconds since
-- 1970. The row is locked meanwhile, so that all storefronts together keep to the policy.
create table open_doors (
    drop_id uuid             primary key references drops,
    tat_us  double precision not null default 0
);

-- Who came in that way. They have no ticket and no order, and nothing of them is in line.
create table let_through (
    drop_id  uuid        not null references drops,
    visit_id uuid        not null,
    at       timestamptz not null default clock_timestamp(),
    ends_at  timestamptz not null,
    primary key (drop_id, visit_id)
);

-- How far the order rate of a drop has come: its theoretical arrival time, and the rate it was
-- reckoned with, since a changed rate rescales it (nobody gets a second burst). Apart from the
-- drop's row, which is wide and read by many: this one changes with every batch.
create table order_paces (
    drop_id uuid             primary key references drops,
    tat_us  double precision,
    rate    double precision
) with (fillfactor = 10);

-- Stock of a drop, carved out of its variant.
create table inventory (
    drop_id    uuid    not null references drops,
    variant_id uuid    not null references variants,
    seller_id  uuid    not null references sellers,
    -- What shoppers were told. It stays, when what was not sold goes back to the variant.
    offered    integer not null,
    total      integer not null check (total >= 0),
    available  integer not null,
    reserved   integer not null default 0,
    sold       integer not null default 0,
    version    bigint  not null default 1,
    primary key (drop_id, variant_id),
    constraint inventory_no_more_than_offered check (total <= offered),
    -- The last guards against overselling, whatever the code above them does.
    constraint inventory_not_oversold check (available >= 0 and reserved >= 0 and sold >= 0),
    constraint inventory_conserved check (available + reserved + sold = total)
-- The hot row of a drop: room on its page keeps its updates HOT.
) with (fillfactor = 10);

-- F of each rebuild: commands of an older epoch at or beyond it are passed over. Every one is kept,
-- since a later rebuild lies further on and must not bring back what an earlier one left out.
--
-- With it, the logged room event that the epoch follows: what a late write puts behind that event is
-- no part of the drop's chain. A first epoch follows none.
create table epoch_boundaries (
    drop_id       uuid    not null references drops,
    epoch         integer not null,
    generation    bigint  not null,
    log_offset    bigint  not null,
    follows_epoch integer,
    follows_evn   bigint,
    follows_hash  bytea,
    primary key (drop_id, epoch),
    constraint boundary_follows_one_or_none
        check (num_nulls(follows_epoch, follows_evn, follows_hash) in (0, 3))
);
