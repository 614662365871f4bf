--[[
Repeats who waits as room events, for a log that has lost its beginning. Nothing else changes.

KEYS[1]  ep      hash    see guard.lua
KEYS[2]  w:      prefix of the lanes
KEYS[3]  intent  hash    ticket → line
KEYS[4]  ev      stream  room events
ARGV[1]  epoch   the caller's epoch
ARGV[2]  lane    whose tickets
ARGV[3]  after   score; the tickets behind it are announced
ARGV[4]  limit   tickets to announce, at most
Returns  score of the last one announced; nothing when none is left
]]
local found = redis.call('ZRANGE', W .. ARGV[2], '(' .. ARGV[3], '+inf', 'BYSCORE',
  'LIMIT', 0, ARGV[4])
if #found == 0 then return false end
local lines = redis.call('HMGET', INTENT, unpack(found))
for i, ticket in ipairs(found) do found[i] = ticket .. '|' .. lines[i] end
tell('X', table.concat(found, '\n'))
local _, _, _, _, last = string.match(lines[#lines], LINE)
return last
