--[[
Counts the tickets of a room, all at one instant.

KEYS[1]  ep      hash    see guard.lua
KEYS[2]  w:      prefix of the lanes
KEYS[3]  missed  zset    of those absent near the front
KEYS[4]  inf     zset    in flight, by lease deadline
KEYS[5]  occ     set     admitted and unfinished tickets
KEYS[6]  tally   hash    how many joined, left, were closed, ordered
ARGV[1]  epoch   the caller's epoch
ARGV[2]  lanes   names of the lanes, separated by commas
Returns  evn, waiting, missed, in flight, occupied, joined, left, closed, ordered
]]
local waiting = 0
for lane in string.gmatch(ARGV[2], '[^,]+') do
  waiting = waiting + redis.call('ZCARD', W .. lane)
end
local reply = { evn, waiting, redis.call('ZCARD', MISSED), redis.call('ZCARD', INF),
  redis.call('SCARD', OCC) }
for _, count in ipairs(redis.call('HMGET', TALLY, 'joined', 'left', 'closed', 'ordered')) do
  reply[#reply + 1] = tonumber(count or 0)
end
return reply
