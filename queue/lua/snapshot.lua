--[[
Reads a chunk of a line's scores.

KEYS[1]  ep       hash    see guard.lua
KEYS[..] w:       zset of each line
ARGV[1]  epoch    the caller's epoch
ARGV[2]  variants see keys.lua
ARGV[3]  line     its variant and lane
ARGV[4]  after    the last score of the chunk before; 0 for the first
ARGV[5]  limit
Returns  the scores in order, 8 bytes each
]]
local key, scores = W[LINE_OF[ARGV[3]]], {}
if not key then return '' end
local found = redis.call('ZRANGEBYSCORE', key, '(' .. ARGV[4], '+inf', 'WITHSCORES',
  'LIMIT', 0, ARGV[5])
for i = 2, #found, 2 do scores[i / 2] = struct.pack('>I8', tonumber(found[i])) end
return table.concat(scores)
