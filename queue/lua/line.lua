--[[
What the scripts share, behind the guard. A function touches only the keys it names, so a script
that calls it needs those keys in its header.

Ids are their 16 bytes; numbers in what is packed are big endian.

record  ticket 16, variant 16, lane 1, units 4, score 8, joined_ms 8: all but the account
row     account 16, record 53: what replies, and the events of those who came, hold
mark    ticket 16, lane 1, score 8: what all other events hold
lease   1 once Kafka has the command (else 0), generation 8, partition 4, offset 8, admitted_us 8, row
]]
local LEFT, CLOSED, ORDERED = 1, 2, 3
-- A score is epoch · PER_EPOCH + number, as in shared/src/line/score.rs.
local PER_EPOCH = 2 ^ 40
local TALLY_OF = { 'left', 'closed', 'ordered' }
-- What an event costs beyond its payload.
local EVENT_BYTES = 64

-- As a number Lua would print it with an exponent where it is joined to a text.
local function text(number) return string.format('%.0f', number) end

local function ticket_of(record) return string.sub(record, 1, 16) end
local function units_of(record) return (struct.unpack('>I4', record, 34)) end
local function score_of(record) return (struct.unpack('>I8', record, 38)) end
local function joined_us_of(record) return (struct.unpack('>I8', record, 46)) * 1000 end

-- The record of the same ticket with other units.
local function with_units(record, units)
  return string.sub(record, 1, 33) .. struct.pack('>I4', units) .. string.sub(record, 38)
end

local function mark_of(record)
  return string.sub(record, 1, 16) .. string.sub(record, 33, 33) .. string.sub(record, 38, 45)
end

-- Where in W and MISSED a variant and lane have their line, in this order; 17 bytes.
local LINE_OF, n_lines = {}, 0
for _, lane in ipairs(LANES or {}) do
  for at = 1, #VARIANTS, 16 do
    n_lines = n_lines + 1
    LINE_OF[string.sub(VARIANTS, at, at + 15) .. lane] = n_lines
  end
end

-- Nil if the room has no such line.
local function line_of(record) return LINE_OF[string.sub(record, 17, 33)] end

-- Gives the room lines for the variants and lanes of its settings as well.
local function widen()
  local settings = redis.call('HMGET', CFG, 'variants', 'lanes')
  local lines, known = redis.call('HGET', EP, 'lines') or '', {}
  local all = string.sub(lines, 1, #lines - #lines % 16)
  local lanes = string.sub(lines, #all + 1)
  for at = 1, #all, 16 do known[string.sub(all, at, at + 15)] = true end
  for at = 1, #settings[1], 16 do
    local variant = string.sub(settings[1], at, at + 15)
    if not known[variant] then all = all .. variant end
    known[variant] = true
  end
  for lane = 1, 3 do
    local name = string.char(lane)
    local is_set = string.find(settings[2], lane .. ':', 1, true)
    if is_set or string.find(lanes, name, 1, true) then all = all .. name end
  end
  redis.call('HSET', EP, 'lines', all)
end

-- The last score given in this epoch.
local function last_score()
  return tonumber(epoch) * PER_EPOCH + tonumber(redis.call('GET', SEQ) or 0)
end

-- Appends the next room event, and says so on the channel of that name, which stays on the node of
-- this slot: in a cluster nobody can wait for the events of rooms in different slots. `b` is the size of
-- the epoch's events up to this one.
local function tell(kind, payload, reason)
  evn, bytes = evn + 1, bytes + #payload + EVENT_BYTES
  redis.call('HSET', EP, 'evn', text(evn), 'bytes', text(bytes))
  redis.call('XADD', EV, epoch .. '-' .. text(evn), 'k', kind, 'at', text(now),
    'd', payload, 'r', reason or '', 'b', text(bytes))
  redis.call('SPUBLISH', EV, '')
end

-- Somebody may be let in now who could not before.
local function wake() redis.call('PUBLISH', WAKE, '') end

-- Where the two bits of a ticket are: 0 live, 1 left, 2 closed, 3 ordered. There is no key for an
-- epoch that the room has not had.
local function bits(score)
  local of_epoch = math.floor(score / PER_EPOCH)
  return FIN[of_epoch], '#' .. text(score - of_epoch * PER_EPOCH)
end

local function ended(score)
  local key, at = bits(score)
  return key and redis.call('BITFIELD', key, 'GET', 'u2', at)[1] or 0
end

-- Sets the two bits and keeps the tally in step with them.
local function set_ended(score, code)
  local key, at = bits(score)
  if not key then return 0 end
  local old = redis.call('BITFIELD', key, 'SET', 'u2', at, code)[1]
  if old ~= code then
    if old > 0 then redis.call('HINCRBY', TALLY, TALLY_OF[old], -1) end
    if code > 0 then redis.call('HINCRBY', TALLY, TALLY_OF[code], 1) end
  end
  return old
end

-- The record of an account, if it is that of this ticket: the account may have another one by now.
local function record_of(ticket, account)
  local record = redis.call('HGET', INTENT, account)
  return record and ticket_of(record) == ticket and record or nil
end

-- Ends the flight of a ticket; false if it is not in flight.
local function land(ticket)
  local lease = redis.call('HGET', LEASE, ticket)
  if not lease then return false end
  local record = string.sub(lease, 46)
  local variant = string.sub(record, 17, 32)
  redis.call('HDEL', LEASE, ticket)
  redis.call('ZREM', INF, ticket)
  if redis.call('HINCRBY', FLIGHT, variant, -units_of(record)) <= 0 then
    redis.call('HDEL', FLIGHT, variant)
  end
  return true
end

-- Takes an account out of line.
local function step_out(account, record)
  local line = line_of(record)
  if not line then return end
  redis.call('ZREM', W[line], account)
  redis.call('ZREM', MISSED[line], account)
end

-- Ends a ticket wherever it is. `why` is kept when it differs from the room's own reason.
local function finish(ticket, account, score, code, why)
  local record = record_of(ticket, account)
  local occupied = redis.call('HDEL', OCC, ticket) == 1
  local old = set_ended(score, code)
  if record then
    if not occupied then step_out(account, record) end
    redis.call('HDEL', INTENT, account)
  elseif not occupied and old == 0 then
    redis.call('HINCRBY', TALLY, 'joined', 1)
  end
  if occupied then land(ticket) end
  if why then redis.call('HSET', WHY, ticket, why) end
end

-- Where a live ticket is; `unknown` if nowhere. `record` is its own, or nil.
local function state_of(ticket, account, record)
  local lease = redis.call('HGET', LEASE, ticket)
  if lease then return string.byte(lease) == 0 and 'in_flight' or 'extended' end
  if redis.call('HEXISTS', OCC, ticket) == 1 then return 'held' end
  local line = record and line_of(record)
  if not line then return 'unknown' end
  if redis.call('ZSCORE', W[line], account) then return 'waiting' end
  return redis.call('ZSCORE', MISSED[line], account) and 'missed' or 'unknown'
end

-- Where a ticket is, its end included.
local function standing(ticket, account, score)
  local code = ended(score)
  if code == LEFT then return 'left' end
  if code == ORDERED then return 'finished' end
  if code == CLOSED then
    return 'closed|' .. (redis.call('HGET', WHY, ticket) or redis.call('HGET', CFG, 'ended') or 'closed')
  end
  return state_of(ticket, account, record_of(ticket, account))
end
