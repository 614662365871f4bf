--[[
Counts those ahead in a line.

KEYS[1]  ep       hash    see guard.lua
KEYS[..] w:       zset of each line
ARGV[1]  epoch    the caller's epoch
ARGV[2]  variants see keys.lua
ARGV[3]  line     its variant and lane
ARGV[4]  score
Returns  ahead, waiting, evn
]]
local key = W[LINE_OF[ARGV[3]]]
if not key then return { 0, 0, evn } end
return { redis.call('ZCOUNT', key, '-inf', '(' .. ARGV[4]), redis.call('ZCARD', key), evn }
