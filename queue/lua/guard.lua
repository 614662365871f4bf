--[[
The check that every script begins with. A line that may have lost something (an older epoch, a
restarted server, a wiped store) refuses whatever it is asked, and nothing changes.

KEYS[1]  ep     hash  epoch, run_id, state (open | rebuilding), evn, grace
ARGV[1]  epoch  the caller's epoch
NEEDED   the state that the script needs, set before this file

Defines `now` (µs of Redis time), `epoch`, `evn` and `grace` for what follows.
]]
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local room = redis.call('HMGET', KEYS[1], 'epoch', 'run_id', 'state', 'evn', 'grace')
local problem
if not room[1] then
  problem = 'missing'
elseif room[1] ~= ARGV[1] then
  problem = 'stale'
-- Asked every time: a value kept anywhere else could outlive the server it described.
elseif string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') ~= room[2] then
  problem = 'other_server'
elseif room[3] ~= NEEDED then
  problem = room[3]
end
if problem then return redis.error_reply('EPOCH ' .. problem) end
local epoch, evn, grace = room[1], tonumber(room[4]), tonumber(room[5])
