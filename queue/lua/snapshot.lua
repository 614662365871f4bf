--[[
Reads a chunk of a lane's waiting scores.

KEYS[1]  ep      hash    see guard.lua
KEYS[2]  w:      prefix of the lanes
ARGV[1]  epoch   the caller's epoch
ARGV[2]  lane
ARGV[3]  after   the last score of the chunk before; 0 for the first
ARGV[4]  limit
Returns  evn, then the scores, in order
]]
local found = redis.call('ZRANGEBYSCORE', W .. ARGV[2], '(' .. ARGV[3], '+inf', 'WITHSCORES',
  'LIMIT', 0, ARGV[4])
local reply = { text(evn) }
for i = 2, #found, 2 do reply[#reply + 1] = text(tonumber(found[i])) end
return reply
