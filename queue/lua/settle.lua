--[[
Brings to the line what Postgres has decided: tickets with a row leave wherever they are, and a
newer stock figure is set, in one step, so that no unit is counted twice or not at all.

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
KEYS[12] stock   hash    variant → version|available|reserved
KEYS[13] tally   hash    counts
KEYS[14] hints   channel of the drop
ARGV[1]  epoch   the caller's epoch
ARGV[2]  n       number of stock figures
ARGV[3..] variant, version, available, reserved: four for each figure
then     ticket, score, outcome (`held`, or the state in which its order ended): three for each
Returns  now
]]
local first = 3 + 4 * ARGV[2]
for i = 3, first - 1, 4 do
  local stored = string.match(redis.call('HGET', STOCK, ARGV[i]) or '', '^[^|]*')
  if stored == '' or tonumber(ARGV[i + 1]) > tonumber(stored) then
    redis.call('HSET', STOCK, ARGV[i], ARGV[i + 1] .. '|' .. ARGV[i + 2] .. '|' .. ARGV[i + 3])
  end
end

local function hold(ticket, score)
  local line = redis.call('HGET', INTENT, ticket)
  local code = ended(score)
  land(ticket)
  if line then
    local _, lane = string.match(line, LINE)
    step_out(ticket, lane)
  end
  -- A late SETTLE must not revive an order that is over; any other end yields to a row.
  if code == ORDERED then return end
  if code ~= 0 then set_ended(score, 0) end
  local new = redis.call('SADD', OCC, ticket) == 1
  if new and not line and code == 0 then redis.call('HINCRBY', TALLY, 'joined', 1) end
end

local told = {}
for i = first, #ARGV, 3 do
  local ticket, score, outcome = ARGV[i], tonumber(ARGV[i + 1]), ARGV[i + 2]
  if outcome == 'held' then hold(ticket, score) else finish(ticket, score, ORDERED) end
  told[#told + 1] = ticket .. '|' .. outcome
end
if #told > 0 then redis.call('PUBLISH', HINTS, table.concat(told, '\n')) end
return text(now)
