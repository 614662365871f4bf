insert into audit_log (actor, action, drop_id, seller_id, old, new, why) values
    ('seller:0199c0de-0000-7000-8000-000000000001', 'drop.create',
     '0199c0de-0000-7000-8000-000000000031', '0199c0de-0000-7000-8000-000000000001',
     null, '{"state": "scheduled", "units": 10}', 'a new drop'),
    ('worker', 'log.replaced', null, null, '{"generation": 1}', '{"generation": 2}', 'wiped');

-- One request that was answered, one that is running, and one that may be run again.
insert into idempotency_keys (owner, key, request, status, body, locked_until) values
    ('seller:0199c0de-0000-7000-8000-000000000001', 'first', sha256('first'), 201, '{}', now()),
    ('seller:0199c0de-0000-7000-8000-000000000001', 'second', sha256('second'), null, null,
     now() + interval '60 seconds'),
    ('operator:ann', 'third', sha256('third'), null, null, '-infinity');

insert into ended_sessions (shopper_id, began_until) values
    ('0199c0de-0000-7000-8000-000000000041', now());

insert into used_join_tokens (seller_id, token_id, expires_at) values
    ('0199c0de-0000-7000-8000-000000000001', 'member-7-friday', now() + interval '5 minutes');

-- A guest's, and a member's that has expired.
insert into handoffs (code_hash, shopper_id, drop_id, member_of, began_at, ticket, expires_at) values
    (sha256('1'), '0199c0de-0000-7000-8000-000000000041', '0199c0de-0000-7000-8000-000000000031', null,
     now(), 'a ticket', now() + interval '2 minutes'),
    (sha256('2'), '0199c0de-0000-7000-8000-000000000042', '0199c0de-0000-7000-8000-000000000031',
     '0199c0de-0000-7000-8000-000000000001', now(), 'another one', '-infinity');
