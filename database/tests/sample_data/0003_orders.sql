-- Of the open drop: an order that was paid, one that is being paid, and one over the limit.
insert into orders (id, drop_id, seller_id, shopper_id, variant_id, units, amount_minor, currency,
    state, reason, lane, score, admitted_at, processed_at, sequence, line_told) values
    ('0199c0de-0000-7000-8000-000000000051', '0199c0de-0000-7000-8000-000000000031',
     '0199c0de-0000-7000-8000-000000000001', '0199c0de-0000-7000-8000-000000000041',
     '0199c0de-0000-7000-8000-000000000021', 2, 3000, 'KRW', 'confirmed', null,
     0, 1099511627777, '2026-01-01 12:00:01Z', '2026-01-01 12:00:02Z', 5, true),
    ('0199c0de-0000-7000-8000-000000000052', '0199c0de-0000-7000-8000-000000000031',
     '0199c0de-0000-7000-8000-000000000001', '0199c0de-0000-7000-8000-000000000042',
     '0199c0de-0000-7000-8000-000000000021', 1, 1500, 'KRW', 'authorizing', null,
     0, 1099511627778, '2026-01-01 12:00:01Z', '2026-01-01 12:00:02Z', 2, false),
    ('0199c0de-0000-7000-8000-000000000053', '0199c0de-0000-7000-8000-000000000031',
     '0199c0de-0000-7000-8000-000000000001', '0199c0de-0000-7000-8000-000000000041',
     '0199c0de-0000-7000-8000-000000000021', 1, 1500, 'KRW', 'rejected', 'limit',
     0, 2199023255553, '2026-01-01 12:00:05Z', '2026-01-01 12:00:06Z', 1, false);

insert into ticket_transitions (order_id, sequence, from_state, to_state, terminal, reason) values
    ('0199c0de-0000-7000-8000-000000000051', 1, 'admitted', 'reserved', false, null),
    ('0199c0de-0000-7000-8000-000000000051', 2, 'reserved', 'authorizing', false, null),
    ('0199c0de-0000-7000-8000-000000000051', 3, 'authorizing', 'authorized', false, null),
    ('0199c0de-0000-7000-8000-000000000051', 4, 'authorized', 'capturing', false, null),
    ('0199c0de-0000-7000-8000-000000000051', 5, 'capturing', 'confirmed', true, null),
    ('0199c0de-0000-7000-8000-000000000052', 1, 'admitted', 'reserved', false, null),
    ('0199c0de-0000-7000-8000-000000000052', 2, 'reserved', 'authorizing', false, null),
    ('0199c0de-0000-7000-8000-000000000053', 1, 'admitted', 'rejected', true, 'limit');

insert into holds (order_id, drop_id, variant_id, units, state, expires_at) values
    ('0199c0de-0000-7000-8000-000000000051', '0199c0de-0000-7000-8000-000000000031',
     '0199c0de-0000-7000-8000-000000000021', 2, 'sold', '2026-01-01 12:05:02Z'),
    ('0199c0de-0000-7000-8000-000000000052', '0199c0de-0000-7000-8000-000000000031',
     '0199c0de-0000-7000-8000-000000000021', 1, 'held', '2026-01-01 12:05:02Z');

insert into customer_usage (drop_id, customer_key, units, max_units) values
    ('0199c0de-0000-7000-8000-000000000031', '0199c0de-0000-7000-8000-000000000041', 2, 2),
    ('0199c0de-0000-7000-8000-000000000031', '0199c0de-0000-7000-8000-000000000042', 1, 2);

update inventory set available = 7, reserved = 1, sold = 2, version = 3
where drop_id = '0199c0de-0000-7000-8000-000000000031';

insert into inventory_moves
    (drop_id, variant_id, order_id, kind, d_available, d_reserved, d_sold, version) values
    ('0199c0de-0000-7000-8000-000000000031', '0199c0de-0000-7000-8000-000000000021',
     null, 'carve', 10, 0, 0, 1),
    ('0199c0de-0000-7000-8000-000000000032', '0199c0de-0000-7000-8000-000000000022',
     null, 'carve', 5, 0, 0, 1),
    ('0199c0de-0000-7000-8000-000000000031', '0199c0de-0000-7000-8000-000000000021',
     '0199c0de-0000-7000-8000-000000000051', 'reserve', -2, 2, 0, 2),
    ('0199c0de-0000-7000-8000-000000000031', '0199c0de-0000-7000-8000-000000000021',
     '0199c0de-0000-7000-8000-000000000052', 'reserve', -1, 1, 0, 2),
    ('0199c0de-0000-7000-8000-000000000031', '0199c0de-0000-7000-8000-000000000021',
     '0199c0de-0000-7000-8000-000000000051', 'sell', 0, -2, 2, 3);
