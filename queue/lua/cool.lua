--[[
Keeps shoppers from joining for a while whose hold ran out unpaid. Of two times of a shopper the later
one counts, so telling it again changes nothing; a time that is past is forgotten.

KEYS[1]  ep       hash    see guard.lua
KEYS[2]  cool     zset    account, by when it may join again, µs of Redis time
ARGV[1]  epoch    the caller's epoch
ARGV[2..] account, and when it may join again: two for each of at most 500
Returns  OK
]]
local over = redis.call('ZRANGEBYSCORE', COOL, '-inf', text(now), 'LIMIT', 0, 1000)
if #over > 0 then redis.call('ZREM', COOL, unpack(over)) end
for i = 2, #ARGV, 2 do
  if tonumber(ARGV[i + 1]) > now then redis.call('ZADD', COOL, 'GT', ARGV[i + 1], ARGV[i]) end
end
return redis.status_reply('OK')
