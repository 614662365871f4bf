-- What other systems and the lines must be told: one row per transaction that changed orders. Each
-- change is an element of the four arrays.
--
-- The id is drawn after the orders were locked, so per order the order of ids is the order of
-- commits; across orders ids may commit in any order. A row is found through `pending`, never by
-- `id > last`.
create sequence journal_ids;
create table journal (
    id        bigint      not null default nextval('journal_ids'),
    day       date        not null default (clock_timestamp() at time zone 'utc')::date,
    at        timestamptz not null default clock_timestamp(),
    drop_id   uuid        not null,
    orders    uuid[]      not null,
    -- Numbers of the changes within their orders, from 1.
    sequences integer[]   not null,
    states    text[]      not null,
    reasons   text[]      not null,
    constraint journal_pkey primary key (day, id)
) partition by range (day);
-- Where a row goes whose day has no partition: nothing may fail for want of one.
create table journal_default partition of journal default;

-- Who must still be told of which journal row; deleted once they were. There is a row per consumer:
-- the relay (`events`) and the line of the drop (`line`).
create table pending (
    consumer   text        not null constraint consumer_known check (consumer in ('events', 'line')),
    journal_id bigint      not null,
    day        date        not null,
    drop_id    uuid        not null,
    since      timestamptz not null default clock_timestamp(),
    constraint pending_pkey primary key (consumer, journal_id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
create index pending_of_drop on pending (drop_id) where consumer = 'line';

create table dead_letters (
    id           uuid        primary key,
    topic        text        not null,
    partition    integer     not null,
    generation   bigint      not null,
    log_offset   bigint      not null,
    drop_id      uuid,
    order_id     uuid,
    reason       text        not null,
    detail       text        not null,
    payload      bytea       not null,
    created_at   timestamptz not null default now(),
    published_at timestamptz,
    constraint dead_letter_once unique (topic, partition, generation, log_offset)
);
create index dead_letters_waiting on dead_letters (id) where published_at is null;
