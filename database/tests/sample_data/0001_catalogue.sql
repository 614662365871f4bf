insert into sellers (id, name) values
    ('0199c0de-0000-7000-8000-000000000001', 'Tidewater Goods');

insert into api_keys (hash, role, seller_id, name, revoked_at) values
    (sha256('seller key'), 'seller', '0199c0de-0000-7000-8000-000000000001', 'shop', null),
    (sha256('old seller key'), 'seller', '0199c0de-0000-7000-8000-000000000001', 'old shop', now()),
    (sha256('operator key'), 'operator', null, 'ann', null);

insert into products (id, seller_id, name) values
    ('0199c0de-0000-7000-8000-000000000011', '0199c0de-0000-7000-8000-000000000001', 'Mug');

insert into variants (id, product_id, seller_id, name, price_minor, currency, stock) values
    ('0199c0de-0000-7000-8000-000000000021', '0199c0de-0000-7000-8000-000000000011',
     '0199c0de-0000-7000-8000-000000000001', 'blue', 1500, 'KRW', 20),
    ('0199c0de-0000-7000-8000-000000000022', '0199c0de-0000-7000-8000-000000000011',
     '0199c0de-0000-7000-8000-000000000001', 'green', 1500, 'KRW', 0),
    ('0199c0de-0000-7000-8000-000000000023', '0199c0de-0000-7000-8000-000000000011',
     '0199c0de-0000-7000-8000-000000000001', 'red', 1500, 'KRW', 0);
