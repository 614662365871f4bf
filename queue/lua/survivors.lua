--[[
Reads a chunk of those who still stand in a line, or are absent from it, while the room is rebuilt.

KEYS[1]  ep       hash    see guard.lua
KEYS[2]  intent   hash    account → record
KEYS[..] w:       zset of each line
KEYS[..] missed:  zset of each line, of those absent near its front
ARGV[1]  epoch    the caller's epoch
ARGV[2]  variants see keys.lua
ARGV[3]  line     its variant and lane
ARGV[4]  which    `w` or `missed`
ARGV[5]  after    score; the tickets behind it are read
ARGV[6]  limit
Returns  their rows, one behind the other
]]
local line = LINE_OF[ARGV[3]]
if not line then return '' end
local key = ARGV[4] == 'w' and W[line] or MISSED[line]
local accounts = redis.call('ZRANGE', key, '(' .. ARGV[5], '+inf', 'BYSCORE', 'LIMIT', 0, ARGV[6])
if #accounts == 0 then return '' end
local records, rows = redis.call('HMGET', INTENT, unpack(accounts)), {}
for n, account in ipairs(accounts) do rows[n] = records[n] and account .. records[n] or '' end
return table.concat(rows)
