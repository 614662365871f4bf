--[[
What the scripts share, behind the guard. A function touches only the keys it names, so a script
that calls it needs those keys in its header.

A ticket's line is `account|lane|variant|units|score|joined_ms`; with the ticket's id and a `|`
before it, it is what events and replies carry.
A lease is `generation|partition|offset|units|variant|admitted_us`; its first three are empty
until Kafka has the command.
]]
local LINE = '^([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)$'
local LEFT, CLOSED, ORDERED = 1, 2, 3
-- A score is epoch · PER_EPOCH + number, as in shared/src/line/score.rs.
local PER_EPOCH = 2 ^ 40
local TALLY_OF = { 'left', 'closed', 'ordered' }

-- Lua prints large numbers with an exponent, which Redis does not accept as an integer.
local function text(number) return string.format('%.0f', number) end

-- The last score given in this epoch.
local function last_score()
  return tonumber(epoch) * PER_EPOCH + tonumber(redis.call('GET', SEQ) or 0)
end

-- Appends the next room event.
local function tell(kind, payload, reason)
  evn = evn + 1
  redis.call('HSET', EP, 'evn', text(evn))
  redis.call('XADD', EV, epoch .. '-' .. text(evn), 'k', kind, 'at', text(now),
    'd', payload, 'r', reason or '')
end

-- Where the two bits of a ticket are: 0 live, 1 left, 2 closed, 3 ordered.
local function bits(score)
  local of_epoch = math.floor(score / PER_EPOCH)
  return FIN .. of_epoch, '#' .. text(score - of_epoch * PER_EPOCH)
end

local function ended(score)
  local key, at = bits(score)
  return redis.call('BITFIELD', key, 'GET', 'u2', at)[1]
end

-- Sets the two bits and keeps the tally in step with them.
local function set_ended(score, code)
  local key, at = bits(score)
  local old = redis.call('BITFIELD', key, 'SET', 'u2', at, code)[1]
  if old ~= code then
    if old > 0 then redis.call('HINCRBY', TALLY, TALLY_OF[old], -1) end
    if code > 0 then redis.call('HINCRBY', TALLY, TALLY_OF[code], 1) end
  end
  return old
end

-- Ends the flight of a ticket, if it is in flight.
local function land(ticket)
  local lease = redis.call('HGET', LEASE, ticket)
  if not lease then return end
  local units, variant = string.match(lease, '^[^|]*|[^|]*|[^|]*|([^|]*)|([^|]*)|')
  redis.call('HDEL', LEASE, ticket)
  redis.call('ZREM', INF, ticket)
  if redis.call('HINCRBY', FLIGHT, variant, -units) <= 0 then
    redis.call('HDEL', FLIGHT, variant)
  end
end

-- Takes a ticket out of line.
local function step_out(ticket, lane)
  redis.call('ZREM', W .. lane, ticket)
  redis.call('ZREM', MISSED, ticket)
end

-- Ends a ticket wherever it is. `why` is kept when it differs from the room's own reason.
local function finish(ticket, score, code, why)
  local line = redis.call('HGET', INTENT, ticket)
  local occupied = redis.call('SREM', OCC, ticket) == 1
  local old = set_ended(score, code)
  if line then
    local account, lane = string.match(line, LINE)
    step_out(ticket, lane)
    -- The account may have another ticket by now.
    if redis.call('HGET', OWN, account) == ticket then redis.call('HDEL', OWN, account) end
    redis.call('HDEL', INTENT, ticket)
  elseif not occupied and old == 0 then
    redis.call('HINCRBY', TALLY, 'joined', 1)
  end
  land(ticket)
  if why then redis.call('HSET', WHY, ticket, why) end
end

-- Where a live ticket is; `unknown` if nowhere.
local function state_of(ticket)
  local lease = redis.call('HGET', LEASE, ticket)
  if lease then return string.sub(lease, 1, 1) == '|' and 'in_flight' or 'extended' end
  if redis.call('SISMEMBER', OCC, ticket) == 1 then return 'held' end
  local line = redis.call('HGET', INTENT, ticket)
  if not line then return 'unknown' end
  local _, lane = string.match(line, LINE)
  if redis.call('ZSCORE', W .. lane, ticket) then return 'waiting' end
  return redis.call('ZSCORE', MISSED, ticket) and 'missed' or 'unknown'
end

-- Where a ticket is, its end included.
local function standing(ticket, score)
  local code = ended(score)
  if code == LEFT then return 'left' end
  if code == ORDERED then return 'finished' end
  if code == CLOSED then
    return 'closed|' .. (redis.call('HGET', WHY, ticket) or redis.call('HGET', CFG, 'ended') or 'closed')
  end
  return state_of(ticket)
end
