--[[
Extends the leases of tickets in flight. A position means that Kafka has the command, so the shopper
may be told. A ticket that is no longer in flight is skipped.

KEYS[1]  ep       hash    see guard.lua
KEYS[2]  inf      zset    in flight, by lease deadline
KEYS[3]  lease    hash    ticket → lease
KEYS[4]  hints    channel of the drop
ARGV[1]  epoch    the caller's epoch
ARGV[2]  lease_us new length, from now on
ARGV[3..] ticket, position (the first 21 bytes of its lease, or empty): two for each
Returns  how many were in flight
]]
local told, n, deadline = {}, 0, text(now + ARGV[2])
for i = 3, #ARGV, 2 do
  local ticket, position = ARGV[i], ARGV[i + 1]
  local lease = redis.call('HGET', LEASE, ticket)
  if lease then
    n = n + 1
    redis.call('ZADD', INF, deadline, ticket)
    if position ~= '' then
      redis.call('HSET', LEASE, ticket, position .. string.sub(lease, 22))
      told[#told + 1] = ticket .. 'admitting\n'
    end
  end
end
if #told > 0 then redis.call('PUBLISH', HINTS, table.concat(told)) end
return n
