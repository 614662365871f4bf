-- F of each rebuild: commands of an older epoch at or beyond it are passed over. Every one is kept,
-- since a later rebuild lies further on and must not bring back what an earlier one left out.
-- `drops.boundary_*` had the last one only; nothing reads them any more, a later migration drops them.
create table epoch_boundaries (
    drop_id    uuid    not null references drops (id),
    epoch      integer not null,
    generation bigint  not null,
    log_offset bigint  not null,
    primary key (drop_id, epoch)
);
insert into epoch_boundaries (drop_id, epoch, generation, log_offset)
select id, epoch, boundary_generation, boundary_offset from drops
where epoch_state = 'open' and epoch > 0;
