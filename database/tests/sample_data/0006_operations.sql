insert into audit_log (actor, action, drop_id, seller_id, old, new, why) values
    ('seller:0199c0de-0000-7000-8000-000000000001', 'drop.create',
     '0199c0de-0000-7000-8000-000000000031', '0199c0de-0000-7000-8000-000000000001',
     null, '{"state": "scheduled", "units": 10}', 'a new drop'),
    ('worker', 'log.replaced', null, null, '{"generation": 1}', '{"generation": 2}', 'wiped');

-- One request that was answered, and one that was running.
insert into idempotency_keys (owner, key, request, status, body) values
    ('seller:0199c0de-0000-7000-8000-000000000001', 'first', sha256('first'), 201, '{}'),
    ('seller:0199c0de-0000-7000-8000-000000000001', 'second', sha256('second'), null, null);
