-- An open drop whose line was rebuilt twice, a draft, and a retired one that sold one a customer.
insert into drops (id, seller_id, product_id, title, state, opens_at, closes_at, ended_at,
    end_reason, max_units_per_ticket, max_units_per_customer, partition, prepared, epoch,
    epoch_state) values
    ('0199c0de-0000-7000-8000-000000000031', '0199c0de-0000-7000-8000-000000000001',
     '0199c0de-0000-7000-8000-000000000011', 'Blue mugs', 'open', '2026-01-01 12:00Z',
     '2026-01-02 12:00Z', null, null, 2, 2, 0, true, 3, 'open'),
    ('0199c0de-0000-7000-8000-000000000032', '0199c0de-0000-7000-8000-000000000001',
     '0199c0de-0000-7000-8000-000000000011', 'Green mugs', 'draft', null,
     null, null, null, 1, 1, null, false, 0, 'none'),
    ('0199c0de-0000-7000-8000-000000000033', '0199c0de-0000-7000-8000-000000000001',
     '0199c0de-0000-7000-8000-000000000011', 'Red mugs', 'sold_out', '2026-01-01 09:00Z',
     null, '2026-01-01 09:01Z', 'sold_out', 1, 1, 1, true, 1, 'none');

-- One that lets people into the seller's own shop, as many as the seller says.
insert into drops (id, seller_id, product_id, title, fulfilment, site_url, return_origins, manual,
    presence, state, opens_at, partition, prepared, epoch, epoch_state, hold_seconds) values
    ('0199c0de-0000-7000-8000-000000000034', '0199c0de-0000-7000-8000-000000000001',
     '0199c0de-0000-7000-8000-000000000012', 'The mug shop', 'pass', 'https://mugs.example/',
     '{https://pay.mugs.example}', true, false, 'open', '2026-01-01 10:00Z', 2, true, 1, 'open', 1200);

insert into aws_rooms (drop_id, serving_counter, reset_number, resets) values
    ('0199c0de-0000-7000-8000-000000000034', 5, 0, 0);

-- One that lets some in while its line gives no answer; one came.
insert into drops (id, seller_id, product_id, title, fulfilment, site_url, failure_policy,
    failure_per_minute, state, opens_at, ended_at, end_reason, partition, epoch, epoch_state) values
    ('0199c0de-0000-7000-8000-000000000035', '0199c0de-0000-7000-8000-000000000001',
     '0199c0de-0000-7000-8000-000000000012', 'The old mug shop', 'pass', 'https://old.example/', 'open',
     60, 'closed', '2026-01-01 08:00Z', '2026-01-01 09:00Z', 'closed', null, 0, 'none');

insert into open_doors (drop_id, tat_us) values
    ('0199c0de-0000-7000-8000-000000000035', 1767256201000000);

insert into let_through (drop_id, visit_id, at, ends_at) values
    ('0199c0de-0000-7000-8000-000000000035', '0199c0de-0000-7000-8000-000000000091',
     '2026-01-01 08:30Z', '2026-01-01 08:50Z');

update drops set picture = encode(sha256('blue mug'), 'hex')
    where id = '0199c0de-0000-7000-8000-000000000031';

-- One of all drops, and what one of them has of its own.
insert into themes (seller_id, drop_id, logo, accent, band, tagline_en, tagline_ko) values
    ('0199c0de-0000-7000-8000-000000000001', null, encode(sha256('mug'), 'hex'), '#0b6670', '#12262b',
     'Mugs from the harbour', '항구에서 온 머그잔'),
    ('0199c0de-0000-7000-8000-000000000001', '0199c0de-0000-7000-8000-000000000031', null, '#3b4cca',
     null, null, null);

-- A ramp that is under way.
insert into limit_plans (drop_id, begins_at, over_seconds, old_limits, new_limits, begun_version,
    next_at, made_by, why) values
    ('0199c0de-0000-7000-8000-000000000031', '2026-01-01 12:00Z', 600,
     '{"admission_rate_per_second": 50, "occupancy_cap": 1000, "order_rate_per_second": 200,
       "line_cap": null}',
     '{"admission_rate_per_second": 150, "occupancy_cap": 1000, "order_rate_per_second": 200,
       "line_cap": 5000}', 2, '2026-01-01 12:00:07Z', 'operator:ann', 'all servers are well');

insert into drop_lanes (drop_id, lane, name, share_percent) values
    ('0199c0de-0000-7000-8000-000000000031', 1, 'Early access', 20),
    ('0199c0de-0000-7000-8000-000000000031', 2, 'Friends', 0);

-- One that was used, one that was revoked.
insert into drop_codes (drop_id, code_hash, lane, max_uses, uses, label, revoked_at) values
    ('0199c0de-0000-7000-8000-000000000031', sha256('01ABCDEFGHJK'), 1, 2, 1, 'Newsletter', null),
    ('0199c0de-0000-7000-8000-000000000031', sha256('11ABCDEFGHJK'), 0, 1, 0, 'Staff',
     '2026-01-01 08:00Z');

insert into code_uses (drop_id, code_hash, shopper_id) values
    ('0199c0de-0000-7000-8000-000000000031', sha256('01ABCDEFGHJK'),
     '0199c0de-0000-7000-8000-000000000061');

insert into order_paces (drop_id, tat_us, rate) values
    ('0199c0de-0000-7000-8000-000000000031', 1767268806000000, 200),
    ('0199c0de-0000-7000-8000-000000000032', null, null),
    ('0199c0de-0000-7000-8000-000000000033', 1767258002000000, 200),
    ('0199c0de-0000-7000-8000-000000000034', 1767261602000000, 200);

insert into inventory (drop_id, variant_id, seller_id, offered, total, available) values
    ('0199c0de-0000-7000-8000-000000000031', '0199c0de-0000-7000-8000-000000000021',
     '0199c0de-0000-7000-8000-000000000001', 10, 10, 10),
    ('0199c0de-0000-7000-8000-000000000032', '0199c0de-0000-7000-8000-000000000022',
     '0199c0de-0000-7000-8000-000000000001', 5, 5, 5),
    ('0199c0de-0000-7000-8000-000000000033', '0199c0de-0000-7000-8000-000000000023',
     '0199c0de-0000-7000-8000-000000000001', 2, 2, 2),
    ('0199c0de-0000-7000-8000-000000000034', '0199c0de-0000-7000-8000-000000000024',
     '0199c0de-0000-7000-8000-000000000001', 0, 0, 0);

insert into epoch_boundaries (drop_id, epoch, generation, log_offset, follows_epoch, follows_evn,
    follows_hash) values
    ('0199c0de-0000-7000-8000-000000000031', 1, 1, 0, null, null, null),
    ('0199c0de-0000-7000-8000-000000000031', 2, 1, 40, 1, 31, sha256('event 31')),
    ('0199c0de-0000-7000-8000-000000000031', 3, 1, 44, 2, 9, sha256('event 9')),
    ('0199c0de-0000-7000-8000-000000000034', 1, 1, 0, null, null, null);
