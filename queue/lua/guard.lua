--[[
The check that every script begins with. A line that may have lost something (an older epoch, a
restarted or replaced server, a wiped store) refuses whatever it is asked, and nothing changes.

KEYS[1]  ep        hash  epoch, run_id, replid, state (open | rebuilding), evn, grace, bytes, lines
ARGV[1]  epoch     the caller's epoch
ARGV[2]  variants  of a script that touches lines: the lines the caller knows, as in keys.lua; not the
                   room's: error SHAPE
NEEDED   the state that the script needs, set before this file

Defines `now` (µs of Redis time), `epoch`, `evn`, `grace` and `bytes` for what follows.
]]
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local room = redis.call('HMGET', KEYS[1], 'epoch', 'run_id', 'replid', 'state', 'evn', 'grace',
  'bytes', 'lines')
if not room[1] then return redis.error_reply('EPOCH missing') end
if room[1] ~= ARGV[1] then return redis.error_reply('EPOCH stale') end
-- Asked every time: a value kept anywhere else could outlive the server it described. The second id
-- is for a master that is promoted again after another one was: it still has its run_id.
local server = redis.call('INFO', 'server', 'replication')
if string.match(server, 'run_id:(%w+)') ~= room[2]
  or string.match(server, 'master_replid:(%w+)') ~= room[3] then
  return redis.error_reply('EPOCH other_server')
end
if room[4] ~= NEEDED then return redis.error_reply('EPOCH ' .. room[4]) end
if SHAPE and SHAPE ~= (room[8] or '') then return redis.error_reply('SHAPE differs') end
local epoch, evn, grace, bytes = room[1], tonumber(room[5]), tonumber(room[6]), tonumber(room[7])
