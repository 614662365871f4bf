-- What the consoles of operators and sellers go by: who is signed in, how each drop has done from second to
-- second, and which worker owns what.

-- Links that lead into a console: each is good once, for ten minutes. The token stands in the link alone.
create table console_links (
    hash       bytea       primary key constraint console_link_hash_length check (length(hash) = 32),
    role       text        not null constraint console_link_role_known
        check (role in ('seller', 'viewer', 'operator', 'admin')),
    seller_id  uuid        references sellers,
    name       text        not null constraint console_link_named check (length(name) between 1 and 200),
    -- The key of whoever made it: once that is revoked, the link is void, and so is what it led to. Null
    -- for one from the command line.
    key_id     uuid        references api_keys,
    expires_at timestamptz not null,
    constraint console_link_of_seller check ((role = 'seller') = (seller_id is not null))
);
create index console_links_old on console_links (expires_at);

-- Browsers that are signed in to a console, by the hash of their cookie.
create table console_sessions (
    hash       bytea       primary key constraint console_session_hash_length check (length(hash) = 32),
    role       text        not null constraint console_session_role_known
        check (role in ('seller', 'viewer', 'operator', 'admin')),
    seller_id  uuid        references sellers,
    name       text        not null constraint console_session_named check (length(name) between 1 and 200),
    -- The key that it goes back to, if it goes back to one.
    key_id     uuid        references api_keys,
    began_at   timestamptz not null default now(),
    expires_at timestamptz not null,
    constraint console_session_of_seller check ((role = 'seller') = (seller_id is not null))
);
create index console_sessions_old on console_sessions (expires_at);

-- How a drop has done: one row for each second in which something went on, of which one in ten seconds is
-- left after an hour, and one in a minute after a day, for 30 days. Nobody's work depends on it.
create table drop_history (
    drop_id                   uuid             not null,
    -- How many seconds the row stands for, from `at` on: 1, 10 or 60.
    step_s                    smallint         not null,
    at                        timestamptz      not null,
    -- Of the line, as its drain saw it: who waits, and how many ever joined and were let in. Null where
    -- nobody looked.
    waiting                   integer,
    joined                    bigint,
    admitted                  bigint,
    -- Likewise: how many ever left the line, and how many were closed before their turn.
    left_line                 bigint,
    closed                    bigint,
    -- How long those waited who were let in last: half of them at most the one, nine in ten the other. Null
    -- where nobody looked, or nobody was let in.
    wait_p50_ms               bigint,
    wait_p90_ms               bigint,
    -- Orders, all that ever were placed and confirmed, and that ended without what they were for.
    placed                    bigint           not null,
    confirmed                 bigint           not null,
    lost                      bigint           not null,
    -- Units held for orders that are not paid yet, or passes that are good.
    held                      integer          not null,
    sold                      integer          not null,
    available                 integer          not null,
    revenue_minor             bigint           not null,
    admission_rate_per_second double precision not null,
    -- How long the command that has waited longest has waited, and how long the slowest batch took.
    command_lag_ms            integer,
    commit_ms                 integer,
    -- Calls to the provider without a clear answer, and whether it is called: 0 yes, 1 tried, 2 no.
    provider_errors           integer          not null,
    breaker                   smallint         not null,
    -- What held those up who waited, where it was not the rate alone.
    held_up_by                text,
    primary key (drop_id, step_s, at)
);
create index drop_history_due on drop_history (step_s, at);

-- How each process that keeps lines has done: a row a second, thinned as the history of drops is. Nobody's
-- work depends on it.
create table admission_history (
    instance     text        not null,
    -- How many seconds the row stands for, from `at` on: 1, 10 or 60.
    step_s       smallint    not null,
    at           timestamptz not null,
    -- The most there were: streams that were open, and people in the lines that it follows.
    sockets      integer     not null,
    waiting      bigint      not null,
    -- Memory that it had of its machine; null where the system does not tell.
    memory_bytes bigint,
    primary key (instance, step_s, at)
);
create index admission_history_due on admission_history (step_s, at);

-- Which pieces of a role's work an instance has in hand: drops by their ids, partitions by their numbers.
create table owned_work (
    instance text   not null,
    role     text   not null,
    keys     text[] not null,
    primary key (instance, role)
);

-- Runs of the load lab: a crowd that an agent beside the services sends through drops that it makes for it. The
-- services start nothing. The last 50 are kept.
create table load_runs (
    id         uuid        primary key,
    preset     text        not null constraint load_run_preset_known
        check (preset in ('steady', 'spike', 'late_surge', 'refresh_storm', 'reconnect_churn', 'absentees',
            'many_tabs', 'bots', 'two_hot_drops', 'visitors')),
    -- For each of its drops: people, and units or places.
    shoppers   integer     not null constraint load_run_shoppers_bounded check (shoppers between 1 and 20000),
    units      integer     not null constraint load_run_units_bounded check (units between 1 and 20000),
    state      text        not null default 'waiting' constraint load_run_state_known
        check (state in ('waiting', 'running', 'passed', 'failed', 'broken', 'cancelled')),
    asked_by   text        not null,
    why        text        not null,
    asked_at   timestamptz not null default now(),
    -- Who has taken it, since when, and when they were last heard from.
    agent      text,
    began_at   timestamptz,
    heard_at   timestamptz,
    ended_at   timestamptz,
    drop_ids   uuid[]      not null default '{}',
    -- How far the crowd is: people of all its drops.
    joined     integer     not null default 0,
    admitted   integer     not null default 0,
    paid       integer     not null default 0,
    done       integer     not null default 0,
    -- What was found, a rule of a drop each.
    judgements jsonb       not null default '[]',
    -- Why it came to no end.
    fault      text,
    constraint load_run_over check ((ended_at is null) = (state in ('waiting', 'running'))),
    constraint load_run_taken check ((agent is null) = (began_at is null) and (agent is null) = (heard_at is null))
);
create unique index load_runs_one_at_a_time on load_runs ((true)) where ended_at is null;

grant select, insert, delete on console_links, console_sessions to sluice_storefront;
grant select, insert, update, delete on load_runs to sluice_storefront;
grant select on drop_history, admission_history, owned_work to sluice_storefront;
grant select, insert, update, delete on drop_history, admission_history, owned_work to sluice_worker;
grant select, insert, update on admission_history to sluice_admission;
grant select on drop_history to sluice_seller;

alter table drop_history enable row level security;
create policy all_of_service on drop_history to sluice_admission, sluice_storefront, sluice_worker
    using (true) with check (true);
create policy own_of_seller on drop_history to sluice_seller
    using (drop_id in (select id from drops)) with check (drop_id in (select id from drops));
