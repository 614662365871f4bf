--[[
Looks up a room's header, whatever its state; runs without the guard.

KEYS[1]  ep       hash    epoch, run_id, replid, state, evn, grace
KEYS[2]  cfg      hash    limits, mode, times
ARGV     none
Returns  nothing, or now, epoch, state, evn, grace, trusted (1 or 0), then fields and values of cfg
]]
local room = redis.call('HMGET', EP, 'epoch', 'state', 'evn', 'grace', 'run_id', 'replid')
if not room[1] then return false end
local clock = redis.call('TIME')
local server = redis.call('INFO', 'server', 'replication')
local trusted = string.match(server, 'run_id:(%w+)') == room[5]
  and string.match(server, 'master_replid:(%w+)') == room[6]
local reply = { string.format('%.0f', clock[1] * 1000000 + clock[2]), room[1], room[2], room[3],
  room[4], trusted and '1' or '0' }
for _, value in ipairs(redis.call('HGETALL', CFG)) do reply[#reply + 1] = value end
return reply
