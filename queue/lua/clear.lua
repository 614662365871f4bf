--[[
Deletes all that is known of a drop's tickets, events included: for a rebuild, or, with the room itself,
once the drop is settled. The latter runs without the guard: a room that is half gone, or was built on
another run of the server, has to go as well.

KEYS[1]  ep      hash    epoch; greater than the caller's: error EPOCH
KEYS[2]  seq     string
KEYS[3]  w:      prefix of the lanes
KEYS[4]  missed  zset
KEYS[5]  intent  hash
KEYS[6]  own     hash
KEYS[7]  inf     zset
KEYS[8]  lease   hash
KEYS[9]  flight  hash
KEYS[10] occ     set
KEYS[11] fin:    prefix of the bits of those who are over
KEYS[12] why     hash
KEYS[13] tat     string
KEYS[14] stock   hash
KEYS[15] memo    list
KEYS[16] ev      stream
KEYS[17] tally   hash
KEYS[18] cfg     hash
ARGV[1]  epoch   the caller's epoch
ARGV[2]  lanes   names of the lanes, separated by commas
ARGV[3]  ep too  1 to delete the room itself as well
Returns  OK
]]
local stored = redis.call('HGET', EP, 'epoch')
if stored and tonumber(stored) > tonumber(ARGV[1]) then return redis.error_reply('EPOCH stale') end
redis.call('UNLINK', SEQ, MISSED, INTENT, OWN, INF, LEASE, FLIGHT, OCC, WHY, TAT, STOCK, MEMO, EV,
  TALLY, CFG)
for lane in string.gmatch(ARGV[2], '[^,]+') do redis.call('UNLINK', W .. lane) end
for of_epoch = 0, tonumber(ARGV[1]) do redis.call('UNLINK', FIN .. of_epoch) end
if ARGV[3] == '1' then redis.call('DEL', EP) end
return redis.status_reply('OK')
