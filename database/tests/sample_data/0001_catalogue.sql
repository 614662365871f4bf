insert into sellers (id, name) values
    ('0199c0de-0000-7000-8000-000000000001', 'Tidewater Goods');

insert into api_keys (id, hash, role, seller_id, name, revoked_at) values
    ('0199c0de-0000-7000-8000-000000000091', sha256('seller key'), 'seller',
     '0199c0de-0000-7000-8000-000000000001', 'shop', null),
    ('0199c0de-0000-7000-8000-000000000092', sha256('old seller key'), 'seller',
     '0199c0de-0000-7000-8000-000000000001', 'old shop', now()),
    ('0199c0de-0000-7000-8000-000000000093', sha256('old operator key'), 'admin', null, 'ann', now()),
    ('0199c0de-0000-7000-8000-000000000094', sha256('operator key'), 'operator', null, 'ann', null),
    ('0199c0de-0000-7000-8000-000000000095', sha256('viewer key'), 'viewer', null, 'screen', null);

insert into join_keys (id, seller_id, name, public_key, revoked_at) values
    ('0199c0de-0000-7000-8000-000000000096', '0199c0de-0000-7000-8000-000000000001', 'site',
     sha256('public key'), null),
    ('0199c0de-0000-7000-8000-000000000097', '0199c0de-0000-7000-8000-000000000001', 'old site',
     sha256('old public key'), now());

insert into pictures (id, seller_id, widths, height) values
    (encode(sha256('mug'), 'hex'), '0199c0de-0000-7000-8000-000000000001', '{320,800,1600}', 1067),
    (encode(sha256('blue mug'), 'hex'), '0199c0de-0000-7000-8000-000000000001', '{240}', 320);

insert into products (id, seller_id, name, picture) values
    ('0199c0de-0000-7000-8000-000000000011', '0199c0de-0000-7000-8000-000000000001', 'Mug',
     encode(sha256('mug'), 'hex')),
    ('0199c0de-0000-7000-8000-000000000012', '0199c0de-0000-7000-8000-000000000001',
     'Visits to the mug shop', null);

insert into variants (id, product_id, seller_id, name, price_minor, currency, stock) values
    ('0199c0de-0000-7000-8000-000000000021', '0199c0de-0000-7000-8000-000000000011',
     '0199c0de-0000-7000-8000-000000000001', 'blue', 1500, 'KRW', 20),
    ('0199c0de-0000-7000-8000-000000000022', '0199c0de-0000-7000-8000-000000000011',
     '0199c0de-0000-7000-8000-000000000001', 'green', 1500, 'KRW', 0),
    ('0199c0de-0000-7000-8000-000000000023', '0199c0de-0000-7000-8000-000000000011',
     '0199c0de-0000-7000-8000-000000000001', 'red', 1500, 'KRW', 0),
    ('0199c0de-0000-7000-8000-000000000024', '0199c0de-0000-7000-8000-000000000012',
     '0199c0de-0000-7000-8000-000000000001', 'Visit', 0, 'XXX', 0);
