-- Two partitions that are read, and one that nobody has read yet.
insert into consumer_offsets (topic, partition, next_offset, cluster_id, fingerprint, owner) values
    ('order-commands', 0, 44, 'cluster', sha256('record 43'), 'worker-1'),
    ('order-commands', 1, 0, null, null, null),
    ('order-commands', 2, 2, 'cluster', sha256('record 1'), 'worker-1');

insert into log_cursors (drop_id, epoch, evn, hash, partition, next_offset) values
    ('0199c0de-0000-7000-8000-000000000031', 3, 12, sha256('event 12'), 0, 30),
    ('0199c0de-0000-7000-8000-000000000034', 1, 6, sha256('event 6'), 2, 6);

insert into heartbeats (instance, role, beat_at) values
    ('worker-1', 'drain', now()),
    ('worker-1', 'orders', now()),
    ('worker-0', 'drain', now() - interval '2 days');
