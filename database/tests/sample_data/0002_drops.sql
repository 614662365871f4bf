-- An open drop whose line was rebuilt once, and a draft.
insert into drops (id, seller_id, product_id, title, state, opens_at, closes_at,
    max_units_per_ticket, max_units_per_customer, order_tat_us, order_tat_rate, partition, epoch,
    epoch_state, boundary_generation, boundary_offset) values
    ('0199c0de-0000-7000-8000-000000000031', '0199c0de-0000-7000-8000-000000000001',
     '0199c0de-0000-7000-8000-000000000011', 'Blue mugs', 'open', '2026-01-01 12:00Z',
     '2026-01-02 12:00Z', 2, 2, 1767268800000000, 200, 0, 2, 'open', 1, 40),
    ('0199c0de-0000-7000-8000-000000000032', '0199c0de-0000-7000-8000-000000000001',
     '0199c0de-0000-7000-8000-000000000011', 'Green mugs', 'draft', null,
     null, 1, 1, null, null, null, 0, 'none', 0, 0);

insert into inventory (drop_id, variant_id, seller_id, total, available) values
    ('0199c0de-0000-7000-8000-000000000031', '0199c0de-0000-7000-8000-000000000021',
     '0199c0de-0000-7000-8000-000000000001', 10, 10),
    ('0199c0de-0000-7000-8000-000000000032', '0199c0de-0000-7000-8000-000000000022',
     '0199c0de-0000-7000-8000-000000000001', 5, 5);
