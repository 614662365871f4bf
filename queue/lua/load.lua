--[[
Writes a part of what a rebuilt room begins with. The caller has prepared it all; the guard refuses it
once another rebuild has begun.

KEYS[1]  ep       hash    see guard.lua
KEYS[2]  target   the key to write
ARGV[1]  epoch    the caller's epoch
ARGV[2]  command  such as HSET
ARGV[3..] its arguments behind the key, at most 4000
Returns  OK
]]
redis.call(ARGV[2], TARGET, unpack(ARGV, 3))
return redis.status_reply('OK')
