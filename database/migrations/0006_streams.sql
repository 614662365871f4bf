-- How far a partition has been processed; moved on only together with what was processed.
create table consumer_offsets (
    topic       text    not null,
    partition   integer not null,
    -- Raised when the log was replaced by another.
    generation  bigint  not null default 1,
    next_offset bigint  not null default 0,
    cluster_id  text,
    -- SHA-256 of the record before `next_offset`.
    fingerprint bytea,
    owner       text,
    updated_at  timestamptz not null default now(),
    primary key (topic, partition)
) with (fillfactor = 10);

-- How far a drop's room events are in queue-events.
create table log_cursors (
    drop_id     uuid    primary key references drops,
    epoch       integer not null,
    evn         bigint  not null,
    hash        bytea   not null constraint log_cursor_hash_length check (length(hash) = 32),
    partition   integer not null,
    generation  bigint  not null default 1,
    next_offset bigint  not null,
    updated_at  timestamptz not null default now()
) with (fillfactor = 10);

-- Who is alive, for back-pressure and the operators' view.
create table heartbeats (
    instance text        not null,
    role     text        not null,
    beat_at  timestamptz not null default now(),
    primary key (instance, role)
) with (fillfactor = 50);
