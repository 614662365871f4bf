--[[
Restores tickets that are past waiting: all of them occupy, and those whose command waits in the
log without a row are in flight as well; a step of a rebuild.

KEYS[1]  ep      hash    see guard.lua
KEYS[2]  w:      prefix of the lanes
KEYS[3]  missed  zset    of those absent near the front
KEYS[4]  intent  hash    ticket → line
KEYS[5]  own     hash    account → its live ticket
KEYS[6]  inf     zset    in flight, by lease deadline
KEYS[7]  lease   hash    ticket → lease
KEYS[8]  flight  hash    variant → units in flight
KEYS[9]  occ     set     admitted and unfinished tickets
KEYS[10] fin:    prefix of the bits of those who are over
KEYS[11] why     hash    ticket → why it was closed
KEYS[12] tally   hash    counts
ARGV[1]  epoch   the caller's epoch
ARGV[2]  lease_us  how long a command may take from now on
ARGV[3..] ticket|line, position (generation|partition|offset; empty for a row), admitted_us: three for each
Returns  OK
]]
local function restore(row, position, admitted_us)
  local ticket, line = string.match(row, '^([^|]*)|(.*)$')
  local account, lane, variant, units, score = string.match(line, LINE)
  local known = redis.call('HGET', INTENT, ticket)
  local occupied = redis.call('SISMEMBER', OCC, ticket) == 1
  local lease = redis.call('HGET', LEASE, ticket)
  local code = ended(tonumber(score))
  if position ~= '' and (code == ORDERED or (occupied and not lease)) then return end
  -- A row or a command proves that it was let in, whatever else was recorded.
  if code ~= 0 then set_ended(tonumber(score), 0) end
  if not known and not occupied and code == 0 then redis.call('HINCRBY', TALLY, 'joined', 1) end

  local other = redis.call('HGET', OWN, account)
  if other and other ~= ticket then
    local state = state_of(other)
    -- A ticket whose command nobody has is no further than one that waits.
    if state == 'waiting' or state == 'missed' or state == 'in_flight' then
      local _, _, _, _, other_score = string.match(redis.call('HGET', INTENT, other), LINE)
      finish(other, tonumber(other_score), CLOSED, 'replaced')
    end
  end
  step_out(ticket, lane)
  land(ticket)
  redis.call('HSET', INTENT, ticket, line)
  redis.call('HSET', OWN, account, ticket)
  redis.call('SADD', OCC, ticket)
  if position ~= '' then
    redis.call('ZADD', INF, text(now + ARGV[2]), ticket)
    redis.call('HSET', LEASE, ticket, table.concat({ position, units, variant, admitted_us }, '|'))
    redis.call('HINCRBY', FLIGHT, variant, units)
  end
end

for i = 3, #ARGV, 3 do restore(ARGV[i], ARGV[i + 1], ARGV[i + 2]) end
return redis.status_reply('OK')
