--[[
Opens a room after its rebuild, or for the first time: with the given limits, an empty bucket and
the epoch's first event, which names the event it follows.

KEYS[1]  ep       hash    see guard.lua
KEYS[2]  cfg      hash    limits, mode, times
KEYS[3]  tat      string  theoretical arrival time, µs
KEYS[4]  ev       stream  room events
KEYS[5]  wake     channel of the drop
KEYS[6]  here     zset    ticket, by when it was seen last
KEYS[7]  front    hash    see presence.lua: nobody has watched this line yet
ARGV[1]  epoch    the caller's epoch
ARGV[2]  grace_us how long only earlier tickets may come back
ARGV[3]  follows  epoch|evn|hash of the event before, or empty
ARGV[4..] fields of cfg and their values
Returns  OK
]]
redis.call('DEL', CFG, TAT, FRONT)
redis.call('UNLINK', HERE)
redis.call('HSET', CFG, unpack(ARGV, 4))
widen()
local quiet = tonumber(ARGV[2])
redis.call('HSET', EP, 'state', 'open', 'grace', quiet > 0 and text(now + quiet) or '0')
tell('B', ARGV[3])
wake()
return redis.status_reply('OK')
