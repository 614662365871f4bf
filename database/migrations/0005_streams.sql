-- How far a partition has been processed; moved on only together with what was processed.
create table consumer_offsets (
    topic       text   not null,
    partition   integer not null,
    -- Raised when the log was replaced by another.
    generation  bigint not null default 1,
    next_offset bigint not null default 0,
    cluster_id  text,
    -- SHA-256 of the record before `next_offset`.
    fingerprint bytea,
    owner       text,
    updated_at  timestamptz not null default now(),
    primary key (topic, partition)
);

-- How far a drop's room events are in queue-events.
create table log_cursors (
    drop_id    uuid    primary key references drops,
    epoch      integer not null,
    evn        bigint  not null,
    hash       bytea   not null constraint log_cursor_hash_length check (length(hash) = 32),
    partition  integer not null,
    generation bigint  not null default 1,
    next_offset bigint not null,
    updated_at timestamptz not null default now()
);

-- What must be told to others, written with what it tells of.
create table outbox (
    id           bigint      generated always as identity primary key,
    event_id     uuid        not null unique,
    topic        text        not null,
    key          text        not null,
    aggregate    uuid        not null,
    sequence     bigint      not null,
    payload      jsonb       not null,
    created_at   timestamptz not null default now(),
    published_at timestamptz,
    constraint outbox_order unique (topic, aggregate, sequence)
);
create index outbox_waiting on outbox (id) where published_at is null;

create table dead_letters (
    id          uuid        primary key,
    topic       text        not null,
    partition   integer     not null,
    generation  bigint      not null,
    log_offset  bigint      not null,
    drop_id     uuid,
    order_id    uuid,
    reason      text        not null,
    detail      text        not null,
    payload     bytea       not null,
    created_at  timestamptz not null default now(),
    constraint dead_letter_once unique (topic, partition, generation, log_offset)
);

-- Who is alive, for back-pressure and the operators' view.
create table heartbeats (
    instance text        not null,
    role     text        not null,
    beat_at  timestamptz not null default now(),
    primary key (instance, role)
);
