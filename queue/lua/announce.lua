--[[
Repeats who waits in a line, or is absent from it, as room events, for a log that has lost its
beginning. Nothing else changes.

KEYS[1]  ep       hash    see guard.lua
KEYS[2]  intent   hash    account → record
KEYS[3]  ev       stream  room events
KEYS[..] w:       zset of each line
KEYS[..] missed:  zset of each line, of those absent near its front
ARGV[1]  epoch    the caller's epoch
ARGV[2]  variants see keys.lua
ARGV[3]  line     its variant and lane: whose tickets
ARGV[4]  which    `w` or `missed`
ARGV[5]  after    score; the tickets behind it are announced
ARGV[6]  limit    tickets to announce, at most
Returns  score of the last one announced; nothing when none is left
]]
local line = LINE_OF[ARGV[3]]
if not line then return false end
local waits = ARGV[4] == 'w'
local key = waits and W[line] or MISSED[line]
local accounts = redis.call('ZRANGE', key, '(' .. ARGV[5], '+inf', 'BYSCORE', 'LIMIT', 0, ARGV[6])
if #accounts == 0 then return false end
local records, rows = redis.call('HMGET', INTENT, unpack(accounts)), {}
for n, account in ipairs(accounts) do rows[n] = account .. records[n] end
tell(waits and 'X' or 'M', table.concat(rows))
return score_of(records[#records])
