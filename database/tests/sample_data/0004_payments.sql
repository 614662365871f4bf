insert into payments (id, order_id, kind, idempotency_key, amount_minor, currency, payment_method,
    provider_id, status, calls) values
    ('0199c0de-0000-7000-8000-000000000061', '0199c0de-0000-7000-8000-000000000051', 'authorize',
     '0199c0de-0000-7000-8000-000000000051:authorize:1', 3000, 'KRW', 'pm_1', 'pay_1',
     'succeeded', 1),
    ('0199c0de-0000-7000-8000-000000000062', '0199c0de-0000-7000-8000-000000000051', 'capture',
     '0199c0de-0000-7000-8000-000000000051:capture:1', 3000, 'KRW', 'pm_1', 'pay_1',
     'succeeded', 1),
    ('0199c0de-0000-7000-8000-000000000063', '0199c0de-0000-7000-8000-000000000052', 'authorize',
     '0199c0de-0000-7000-8000-000000000052:authorize:1', 1500, 'KRW', 'pm_2', null,
     'unknown', 1);

insert into ledger_entries (transaction_id, order_id, payment_id, account, amount_minor, currency)
values
    ('0199c0de-0000-7000-8000-000000000071', '0199c0de-0000-7000-8000-000000000051',
     '0199c0de-0000-7000-8000-000000000062', 'provider', 3000, 'KRW'),
    ('0199c0de-0000-7000-8000-000000000071', '0199c0de-0000-7000-8000-000000000051',
     '0199c0de-0000-7000-8000-000000000062', 'seller', -3000, 'KRW');

insert into provider_events (event_id, payment_ref, type) values
    ('evt_1', '0199c0de-0000-7000-8000-000000000051', 'captured');
