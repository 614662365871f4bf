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

-- The worker makes and drops the tables of days by these two, so that it needs to own nothing.

-- Makes the table of a day, and moves rows of that day along that stand in the default one. False if it
-- is there.
create function make_journal_day(wanted date) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    name text := to_char(wanted, '"journal_"YYYY"_"MM"_"DD');
begin
    -- Whoever writes a row of that day meanwhile would write it to the default partition.
    lock table only journal in share row exclusive mode;
    if to_regclass(name) is not null then
        return false;
    end if;
    execute format('create table %I (like journal)', name);
    execute format(
        'with moved as (delete from journal_default where day = %L returning *)
             insert into %I select * from moved', wanted, name);
    execute format('alter table journal attach partition %I for values from (%L) to (%L)',
        name, wanted, wanted + 1);
    return true;
end $$;

-- Drops the table of a day; false while something of it is pending.
--
-- Whoever writes to the journal waits behind this, so it gives up soon and is tried again. It cannot be
-- detached beside them: Postgres refuses that where there is a default partition.
create function drop_journal_day(unwanted date) returns boolean
    language plpgsql security definer
    set search_path = public, pg_temp set lock_timeout = '500ms' as $$
begin
    if exists (select from pending where day = unwanted) then
        return false;
    end if;
    execute format('drop table if exists %I', to_char(unwanted, '"journal_"YYYY"_"MM"_"DD'));
    return true;
end $$;

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
-- Drops take turns, so each is found without reading what the others have waiting.
create index pending_of_drop on pending (consumer, drop_id, journal_id);

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
