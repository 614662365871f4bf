--[[
Deletes events that the log has, but for the latest: room replicas read them too, and one that is
between two reads when an event is logged and deleted would have to begin again. Runs without the
guard: what the log has may go, whatever became of the room.

KEYS[1]  ev       stream  room events; each tells the size of its epoch's events up to itself
ARGV[1]  epoch
ARGV[2]  evn      the last event that the log has
ARGV[3]  most     events to keep of those that the log has
ARGV[4]  bytes    that they may have
Returns  how many were deleted
]]
local last, most, limit = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])

local function id(evn) return ARGV[1] .. '-' .. string.format('%.0f', evn) end

-- The size of the events before this one and up to it; nothing if it is not there.
local function sizes(evn)
  local found = redis.call('XRANGE', EV, id(evn), id(evn))[1]
  if not found then return end
  local fields = {}
  for i = 1, #found[2], 2 do fields[found[2][i]] = found[2][i + 1] end
  return tonumber(fields.b) - #fields.d, tonumber(fields.b)
end

local _, all = sizes(last)
local first = math.max(1, last + 1 - most)
local high = last
-- Numbers are dense, so halving finds the first that may stay.
while all and first < high do
  local middle = math.floor((first + high) / 2)
  local before = sizes(middle)
  if before and all - before <= limit then high = middle else first = middle + 1 end
end
return redis.call('XTRIM', EV, 'MINID', id(first))
