--[[
Closes some of those who wait, the first in line first; in chunks, so that a long line does not
block the server. Of those up to a number, nobody is closed behind one who has a higher one.

KEYS[1]  ep       hash    see guard.lua
KEYS[2]  cfg      hash    why the line ended
KEYS[3]  intent   hash    account → record
KEYS[4]  why      hash    ticket → why it was closed
KEYS[5]  ev       stream  room events
KEYS[6]  tally    hash    counts
KEYS[..] fin:     bits of each epoch, of those who are over
KEYS[..] w:       zset of each line
KEYS[..] missed:  zset of each line, of those absent near its front
ARGV[1]  epoch    the caller's epoch
ARGV[2]  variants see keys.lua
ARGV[3]  reason
ARGV[4]  limit    tickets to close, at most 500
ARGV[5]  up_to    the last number to close; empty for all
Returns  evn, closed, still waiting
]]
local limit, gone, waiting = tonumber(ARGV[4]), {}, 0
local up_to = tonumber(ARGV[5]) or math.huge

local function close(keys)
  local fronts = {}
  for n, key in ipairs(keys) do
    waiting = waiting + redis.call('ZCARD', key)
    if #gone < limit then fronts[n] = front_of(key, limit) end
  end
  while #gone < limit do
    local first = lowest(fronts)
    if not first or fronts[first].score % PER_EPOCH > up_to then return end
    gone[#gone + 1] = taken_from(fronts[first])
    if not advance(fronts[first]) then fronts[first] = nil end
  end
end

for _, family in ipairs({ W, MISSED }) do
  local of_lane = #family / #LANES
  for lane = 1, #LANES do close({ unpack(family, (lane - 1) * of_lane + 1, lane * of_lane) }) end
end
close_all(gone, ARGV[3])
return { evn, #gone, waiting - #gone }
