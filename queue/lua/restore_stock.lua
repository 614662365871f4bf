--[[
Replaces the stock, whatever was there; a step of a rebuild.

KEYS[1]  ep       hash    see guard.lua
KEYS[2]  stock    hash    variant → version|available|reserved
ARGV[1]  epoch    the caller's epoch
ARGV[2..] variant, version|available|reserved: two for each
Returns  OK
]]
redis.call('DEL', STOCK)
if #ARGV > 1 then redis.call('HSET', STOCK, unpack(ARGV, 2)) end
return redis.status_reply('OK')
