-- Rows stay whose they were: the owner meets all of them.
select from drops;
