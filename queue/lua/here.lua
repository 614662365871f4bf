--[[
Marks tickets near the front as seen, and says that somebody watches the front.

Nobody is missed until the front has been watched for as long as a mark lasts: neither in a room that was
just opened, nor after a time in which no instance was there to mark anybody.

KEYS[1]  ep       hash    see guard.lua
KEYS[2]  cfg      hash    how long a mark lasts
KEYS[3]  here     zset    ticket, by when it was seen last
KEYS[4]  front    hash    see presence.lua
ARGV[1]  epoch    the caller's epoch
ARGV[2]  last     1 if no other tickets follow that were seen at the same time
ARGV[3..] ticket, µs: how much longer than now it counts as seen; two for each of at most 500
Returns  now
]]
if not TTL then return now end
redis.call('ZREMRANGEBYSCORE', HERE, '-inf', text(now - TTL))
local marks = {}
for i = 3, #ARGV, 2 do
  marks[#marks + 1], marks[#marks + 2] = text(now + ARGV[i + 1]), ARGV[i]
end
if #marks > 0 then redis.call('ZADD', HERE, 'GT', unpack(marks)) end
if ARGV[2] == '1' then
  local watched = tonumber(redis.call('HGET', FRONT, 'watched') or nil)
  if not watched or watched + TTL <= now then redis.call('HSET', FRONT, 'since', text(now)) end
  redis.call('HSET', FRONT, 'watched', text(now))
end
return now
