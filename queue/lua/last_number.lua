--[[
Returns the last queue number that was given.

KEYS[1]  ep       hash    see guard.lua
KEYS[2]  seq      string  last number of the epoch
ARGV[1]  epoch    the caller's epoch
Returns  the number; 0 before the first
]]
return tonumber(redis.call('GET', SEQ) or 0)
