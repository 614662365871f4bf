--[[
Repeats who waits in a line as room events, for a log that has lost its beginning. Nothing else
changes.

KEYS[1]  ep       hash    see guard.lua
KEYS[2]  intent   hash    account → record
KEYS[3]  ev       stream  room events
KEYS[..] w:       zset of each line
ARGV[1]  epoch    the caller's epoch
ARGV[2]  variants see keys.lua
ARGV[3]  line     its variant and lane: whose tickets
ARGV[4]  after    score; the tickets behind it are announced
ARGV[5]  limit    tickets to announce, at most
Returns  score of the last one announced; nothing when none is left
]]
local key = W[LINE_OF[ARGV[3]]]
if not key then return false end
local accounts = redis.call('ZRANGE', key, '(' .. ARGV[4], '+inf', 'BYSCORE', 'LIMIT', 0, ARGV[5])
if #accounts == 0 then return false end
local records, rows = redis.call('HMGET', INTENT, unpack(accounts)), {}
for n, account in ipairs(accounts) do rows[n] = account .. records[n] end
tell('X', table.concat(rows))
return score_of(records[#records])
