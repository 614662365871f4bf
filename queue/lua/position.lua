--[[
Counts those ahead in a lane.

KEYS[1]  ep      hash    see guard.lua
KEYS[2]  w:      prefix of the lanes
ARGV[1]  epoch   the caller's epoch
ARGV[2]  lane
ARGV[3]  score
Returns  ahead, waiting, evn
]]
local key = W .. ARGV[2]
return { redis.call('ZCOUNT', key, '-inf', '(' .. ARGV[3]), redis.call('ZCARD', key), evn }
