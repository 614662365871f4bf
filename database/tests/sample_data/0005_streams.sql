insert into consumer_offsets (topic, partition, next_offset, cluster_id, fingerprint, owner) values
    ('order-commands', 0, 44, 'cluster', sha256('record 43'), 'worker-1'),
    ('order-commands', 1, 0, null, null, null);

insert into log_cursors (drop_id, epoch, evn, hash, partition, next_offset) values
    ('0199c0de-0000-7000-8000-000000000031', 2, 12, sha256('event 12'), 0, 30);

-- One event for each change of an order; the last one waits for the relay.
insert into outbox (event_id, topic, key, aggregate, sequence, payload, published_at)
select gen_random_uuid(), 'order-events', o.id, o.id, t.sequence,
    jsonb_build_object('version', '1', 'order_id', o.id, 'sequence', t.sequence,
        'drop_id', o.drop_id, 'seller_id', o.seller_id, 'variant_id', o.variant_id,
        'units', o.units, 'amount_minor', o.amount_minor, 'currency', o.currency,
        'state', t.to_state, 'reason', t.reason, 'at_us', 1767268802000000),
    case when t.to_state <> 'rejected' then now() end
from ticket_transitions t join orders o on o.id = t.order_id;

insert into dead_letters
    (id, topic, partition, generation, log_offset, drop_id, order_id, reason, detail, payload) values
    ('0199c0de-0000-7000-8000-000000000081', 'order-commands', 0, 1, 41, null, null,
     'malformed', 'expected value at line 1 column 1', 'not json');

insert into heartbeats (instance, role) values ('worker-1', 'drain'), ('worker-1', 'orders');
