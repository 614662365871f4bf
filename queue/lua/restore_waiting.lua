--[[
Puts tickets back in line, unless they are past waiting or over; a step of a rebuild.

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
ARGV[2..] ticket|line, one for each
Returns  OK
]]
local function restore(row)
  local ticket, line = string.match(row, '^([^|]*)|(.*)$')
  local account, lane, _, _, score = string.match(line, LINE)
  if ended(tonumber(score)) ~= 0 or state_of(ticket) ~= 'unknown' then return end
  local other = redis.call('HGET', OWN, account)
  if other then
    local state = state_of(other)
    if state ~= 'waiting' and state ~= 'missed' then return end
    local _, _, _, _, other_score = string.match(redis.call('HGET', INTENT, other), LINE)
    if tonumber(other_score) < tonumber(score) then
      finish(ticket, tonumber(score), CLOSED, 'replaced')
      return
    end
    finish(other, tonumber(other_score), CLOSED, 'replaced')
  end
  redis.call('HSET', INTENT, ticket, line)
  redis.call('HSET', OWN, account, ticket)
  redis.call('ZADD', W .. lane, score, ticket)
  redis.call('HINCRBY', TALLY, 'joined', 1)
end

for i = 2, #ARGV do restore(ARGV[i]) end
return redis.status_reply('OK')
