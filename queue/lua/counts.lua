--[[
Counts the tickets of a room, all at one instant.

KEYS[1]  ep       hash    see guard.lua
KEYS[2]  inf      zset    in flight, by lease deadline
KEYS[3]  occ      hash    ticket → account, of admitted and unfinished tickets
KEYS[4]  tally    hash    how many joined, left, were closed, ordered
KEYS[..] w:       zset of each line
KEYS[..] missed:  zset of each line, of those absent near its front
ARGV[1]  epoch    the caller's epoch
ARGV[2]  variants see keys.lua
Returns  evn, waiting, missed, in flight, occupied, joined, left, closed, ordered
]]
local waiting, missed = 0, 0
for line, key in ipairs(W) do
  waiting = waiting + redis.call('ZCARD', key)
  missed = missed + redis.call('ZCARD', MISSED[line])
end
local reply = { evn, waiting, missed, redis.call('ZCARD', INF), redis.call('HLEN', OCC) }
for _, count in ipairs(redis.call('HMGET', TALLY, 'joined', 'left', 'closed', 'ordered')) do
  reply[#reply + 1] = tonumber(count or 0)
end
return reply
