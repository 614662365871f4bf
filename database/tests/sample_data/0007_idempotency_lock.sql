insert into idempotency_keys (owner, key, request, locked_until) values
    ('operator:ann', 'third', sha256('third'), '-infinity');
