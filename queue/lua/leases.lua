--[[
Lists tickets in flight by their deadline: those past it, or all.

KEYS[1]  ep       hash    see guard.lua
KEYS[2]  inf      zset    in flight, by lease deadline
KEYS[3]  lease    hash    ticket → lease
ARGV[1]  epoch    the caller's epoch
ARGV[2]  which    `expired` or `all`
ARGV[3]  offset
ARGV[4]  limit
Returns  deadline, lease: two for each
]]
local to = ARGV[2] == 'expired' and text(now) or '+inf'
local found = redis.call('ZRANGEBYSCORE', INF, '-inf', to, 'WITHSCORES', 'LIMIT', ARGV[3], ARGV[4])
local reply = {}
for i = 1, #found, 2 do
  reply[i], reply[i + 1] = tonumber(found[i + 1]), redis.call('HGET', LEASE, found[i])
end
return reply
