-- Who may do what. A service connects as a login of its own, which is a member of its role below; the
-- owner of the tables only migrates, and nobody else can change a table, empty one, or write where a
-- service has no business. A new table is nobody's until it is granted here.
--
-- Roles belong to the whole server, so another database's migration may have made them, perhaps at this
-- very moment.
do $$
declare
    wanted text;
begin
    foreach wanted in array
        array['sluice_admission', 'sluice_seller', 'sluice_storefront', 'sluice_worker']
    loop
        continue when exists (select from pg_roles where rolname = wanted);
        begin
            execute format('create role %I nologin', wanted);
        exception when duplicate_object or unique_violation then
            null;
        end;
    end loop;
    -- The storefront answers a seller as `sluice_seller`; so does an installation in which the owner's
    -- login serves everything. A superuser needs no membership.
    foreach wanted in array array['sluice_storefront', current_user::text] loop
        continue when pg_has_role(wanted::name, 'sluice_seller', 'usage');
        begin
            execute format('grant sluice_seller to %I', wanted);
        exception when unique_violation then
            null;
        end;
    end loop;
end $$;

grant usage on schema public to sluice_admission, sluice_seller, sluice_storefront, sluice_worker;
revoke execute on function make_journal_day, drop_journal_day from public;
grant execute on function make_journal_day, drop_journal_day to sluice_worker;

-- Finds the lowest partition below `n_partitions` that no drop has, of whichever seller it is; for callers
-- that have the lock on partitions.
create function free_partition(n_partitions integer) returns integer
    language sql security definer set search_path = public, pg_temp as $$
    select n from generate_series(0, n_partitions - 1) n
    where not exists (
        select from drops taken where taken.partition = n
            and (taken.state in ('scheduled', 'open') or taken.epoch_state <> 'none'))
    order by n limit 1
$$;
revoke execute on function free_partition from public;
grant execute on function free_partition to sluice_seller;

-- Admission serves an open line without Postgres; it asks what became of a drop or of a ticket.
grant select (id, state, opens_at) on drops to sluice_admission;
grant select (drop_id, id, state) on orders to sluice_admission;
-- And which sessions are over.
grant select on ended_sessions to sluice_admission;

-- The worker: everything that moves orders, stock, money and lines on. No people, no keys.
grant select on
    variants, drops, limit_plans, drop_lanes, aws_rooms, order_paces, inventory, epoch_boundaries, orders,
    customer_usage, stock_moves, ticket_transitions, drop_counters, journal, journal_default, pending,
    dead_letters, payments, payment_calls, ledger_entries, provider_events, consumer_offsets, log_cursors,
    heartbeats
    to sluice_worker;
grant insert on
    epoch_boundaries, orders, customer_usage, stock_moves, ticket_transitions, drop_counters, journal,
    pending, dead_letters, payments, payment_calls, ledger_entries, consumer_offsets, log_cursors,
    heartbeats, audit_log
    to sluice_worker;
grant update on
    drops, limit_plans, order_paces, inventory, orders, customer_usage, drop_counters, dead_letters,
    payments, payment_calls, consumer_offsets, log_cursors, heartbeats
    to sluice_worker;
grant update (stock) on variants to sluice_worker;
grant delete on limit_plans, pending, payment_calls, provider_events, heartbeats to sluice_worker;
grant usage on sequence journal_ids to sluice_worker;

-- The storefront: shoppers' orders and payments, what operators see and decide, answers that are kept.
grant select on
    sellers, api_keys, join_keys, pictures, products, variants, drops, limit_plans, order_paces, inventory,
    orders, customer_usage, ticket_transitions, drop_counters, journal, journal_default, pending, dead_letters,
    payments, payment_calls, ledger_entries, provider_events, heartbeats, audit_log, idempotency_keys,
    ended_sessions, used_join_tokens, drop_lanes, drop_codes, code_uses, handoffs, themes
    to sluice_storefront;
grant insert on
    code_uses, ended_sessions, used_join_tokens, handoffs, api_keys, limit_plans, customer_usage,
    stock_moves, ticket_transitions, drop_counters, journal, pending, payments,
    payment_calls, ledger_entries, provider_events, audit_log, idempotency_keys
    to sluice_storefront;
grant update on
    api_keys, drops, order_paces, inventory, orders, customer_usage, drop_counters, payments,
    payment_calls, idempotency_keys
    to sluice_storefront;
grant update on ended_sessions, handoffs to sluice_storefront;
grant update (max_live_drops) on sellers to sluice_storefront;
grant update (uses) on drop_codes to sluice_storefront;
grant delete on limit_plans, payment_calls, idempotency_keys, ended_sessions, used_join_tokens, handoffs
    to sluice_storefront;
grant usage on sequence journal_ids to sluice_storefront;
-- People who are counted in by hand, and their tokens.
grant select, update on aws_rooms to sluice_storefront;
grant select, insert, update, delete on aws_tokens to sluice_storefront;
-- People who come into a site while its line gives no answer.
grant select, insert, update on open_doors to sluice_storefront;
grant select, insert on let_through to sluice_storefront;

-- One seller, whom the connection names.
grant select on
    sellers, join_keys, pictures, products, variants, drops, themes, drop_lanes, drop_codes, inventory,
    drop_counters, orders, let_through, audit_log
    to sluice_seller;
grant insert on
    join_keys, pictures, products, variants, drops, themes, drop_lanes, drop_codes, aws_rooms,
    order_paces, inventory, stock_moves, audit_log
    to sluice_seller;
grant update on products, variants, drops, themes, inventory to sluice_seller;
grant update (revoked_at) on join_keys to sluice_seller;
grant update (revoked_at) on drop_codes to sluice_seller;
grant delete on drop_lanes, pictures to sluice_seller;

-- The second wall between tenants, behind the `seller_id = $1` of each query: as `sluice_seller`, a
-- statement meets the rows of one seller and no others, whatever it forgets to say. A connection that
-- names nobody meets none.
create function current_seller() returns uuid language sql stable as $$
    select nullif(current_setting('sluice.seller', true), '')::uuid
$$;

do $$
declare
    walled text;
begin
    foreach walled in array
        array['sellers', 'join_keys', 'pictures', 'products', 'variants', 'drops', 'themes',
            'drop_lanes', 'drop_codes', 'aws_rooms', 'let_through', 'inventory', 'stock_moves',
            'drop_counters', 'orders', 'audit_log']
    loop
        execute format('alter table %I enable row level security', walled);
        -- What these may do is said by their grants alone.
        execute format(
            'create policy all_of_service on %I to sluice_admission, sluice_storefront, sluice_worker
                 using (true) with check (true)', walled);
    end loop;
    foreach walled in array
        array['join_keys', 'pictures', 'products', 'variants', 'drops', 'themes', 'inventory',
            'orders', 'audit_log']
    loop
        execute format(
            'create policy own_of_seller on %I to sluice_seller
                 using (seller_id = current_seller()) with check (seller_id = current_seller())',
            walled);
    end loop;
    -- These name the drop; which drops there are is for the wall around them to say.
    foreach walled in array
        array['drop_lanes', 'drop_codes', 'aws_rooms', 'let_through', 'stock_moves', 'drop_counters']
    loop
        execute format(
            'create policy own_of_seller on %I to sluice_seller
                 using (drop_id in (select id from drops))
                 with check (drop_id in (select id from drops))', walled);
    end loop;
end $$;
create policy own_of_seller on sellers to sluice_seller using (id = current_seller());
