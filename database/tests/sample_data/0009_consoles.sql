-- One link that is good and one that is not any more; sessions by a key and by a link.
insert into console_links (hash, role, seller_id, name, key_id, expires_at) values
    (sha256('a link'), 'viewer', null, 'screen', '0199c0de-0000-7000-8000-000000000094',
     now() + interval '10 minutes'),
    (sha256('an old link'), 'seller', '0199c0de-0000-7000-8000-000000000001', 'till', null,
     now() - interval '1 minute');

insert into console_sessions (hash, role, seller_id, name, key_id, expires_at) values
    (sha256('a session'), 'operator', null, 'ann', '0199c0de-0000-7000-8000-000000000094',
     now() + interval '12 hours'),
    (sha256('another session'), 'seller', '0199c0de-0000-7000-8000-000000000001', 'till', null,
     now() + interval '12 hours');

-- A row of each length; the line was not looked at in one. Those who joined wait, were let in, or left.
insert into drop_history (drop_id, step_s, at, waiting, joined, admitted, left_line, closed, wait_p50_ms,
    wait_p90_ms, placed, confirmed, lost, held, sold, available, revenue_minor, admission_rate_per_second,
    command_lag_ms, commit_ms, provider_errors, breaker, held_up_by) values
    ('0199c0de-0000-7000-8000-000000000031', 60, '2026-01-01 12:00Z', 38, 60, 20, 2, 0, 4000, 9000, 18, 3,
     11, 4, 3, 3, 4500, 50, 120, 14, 0, 0, null),
    ('0199c0de-0000-7000-8000-000000000031', 10, '2026-01-01 12:01Z', null, null, null, null, null, null,
     null, 19, 4, 11, 4, 4, 2, 6000, 50, 90, 12, 2, 1, null),
    ('0199c0de-0000-7000-8000-000000000031', 1, '2026-01-01 12:02Z', 35, 60, 22, 3, 0, 4500, 11000, 20, 4,
     12, 4, 4, 2, 6000, 50, null, null, 0, 0, 'stock');

-- The system did not tell how much memory it had in one.
insert into admission_history (instance, step_s, at, sockets, waiting, memory_bytes) values
    ('0199c0de000070008000000000000001', 60, '2026-01-01 12:00Z', 900, 1200, 120000000),
    ('0199c0de000070008000000000000001', 10, '2026-01-01 12:01Z', 880, 1180, null),
    ('0199c0de000070008000000000000001', 1, '2026-01-01 12:02Z', 870, 1170, 118000000);

insert into owned_work (instance, role, keys) values
    ('worker-1', 'drain', '{0199c0de-0000-7000-8000-000000000031}'),
    ('worker-1', 'orders', '{0,2}');

-- One that is over, one that nobody has taken yet.
insert into load_runs (id, preset, shoppers, units, state, asked_by, why, agent, began_at, heard_at, ended_at,
    drop_ids, joined, admitted, paid, done, judgements) values
    ('0199c0de-0000-7000-8000-0000000000a1', 'spike', 300, 50, 'passed', 'operator:ann', 'before the launch',
     'crowd', '2026-01-01 12:00Z', '2026-01-01 12:01Z', '2026-01-01 12:01Z',
     '{0199c0de-0000-7000-8000-000000000031}', 300, 60, 50, 300,
     '[{"drop_id": "0199c0de-0000-7000-8000-000000000031", "rule": "STOCK-1", "verdict": "pass",
        "detail": "50 units"}]');
insert into load_runs (id, preset, shoppers, units, asked_by, why) values
    ('0199c0de-0000-7000-8000-0000000000a2', 'bots', 300, 50, 'operator:ann', 'after the fix');
