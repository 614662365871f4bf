--[[
Begins a rebuild, or a drop's first room. From now on every script of an older epoch is refused.
What survived stays for the steps that follow to read.

KEYS[1]  ep       hash    epoch, run_id, replid, state, evn, grace, bytes, lines
KEYS[2]  seq      string  last number of the epoch: starts again, behind everybody by its epoch
KEYS[3]  memo     list    answers of the epoch before
KEYS[4]  tat      string  theoretical arrival time, µs
KEYS[5]  turns    hash    whose turn it is: every lane begins anew
ARGV[1]  epoch    greater than the stored one, else error EPOCH
Returns  OK
]]
local stored = redis.call('HGET', EP, 'epoch')
if stored and tonumber(stored) >= tonumber(ARGV[1]) then return redis.error_reply('EPOCH stale') end
local server = redis.call('INFO', 'server', 'replication')
redis.call('HSET', EP, 'epoch', ARGV[1], 'run_id', string.match(server, 'run_id:(%w+)'),
  'replid', string.match(server, 'master_replid:(%w+)'), 'state', 'rebuilding', 'evn', '0',
  'grace', '0', 'bytes', '0')
redis.call('DEL', SEQ, MEMO, TAT, TURNS)
return redis.status_reply('OK')
