-- A second rebuild of the open drop's line.
update drops set epoch = 3 where id = '0199c0de-0000-7000-8000-000000000031';
insert into epoch_boundaries (drop_id, epoch, generation, log_offset) values
    ('0199c0de-0000-7000-8000-000000000031', 3, 1, 44);
