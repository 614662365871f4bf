--[[
Removes what a drop has here, step by step. Runs without the guard: a room that is half gone, or was
built on another run of the server, has to go as well. The memory is given back in the background.

KEYS[1]  ep       hash    epoch; greater than the caller's: error EPOCH
KEYS[2]  cfg      hash
KEYS[3]  seq      string
KEYS[4]  intent   hash
KEYS[5]  inf      zset
KEYS[6]  lease    hash
KEYS[7]  flight   hash
KEYS[8]  occ      hash
KEYS[9]  why      hash
KEYS[10] tat      string
KEYS[11] stock    hash
KEYS[12] memo     list
KEYS[13] ev       stream
KEYS[14] tally    hash
KEYS[15] turns    hash
KEYS[16] here     zset
KEYS[17] front    hash
KEYS[18] cool     zset
KEYS[..] fin:     bits of each epoch
KEYS[..] w:       zset of each line
KEYS[..] missed:  zset of each line
ARGV[1]  epoch    the caller's epoch
ARGV[2]  variants see keys.lua
ARGV[3]  step     `line` removes those who wait, `room` all else
Returns  OK
]]
local stored = redis.call('HGET', EP, 'epoch')
if stored and tonumber(stored) > tonumber(ARGV[1]) then return redis.error_reply('EPOCH stale') end
if ARGV[3] == 'line' then
  for _, keys in ipairs({ W, MISSED }) do
    for _, key in ipairs(keys) do redis.call('UNLINK', key) end
  end
  redis.call('UNLINK', INTENT)
else
  for _, key in ipairs(FIN) do redis.call('UNLINK', key) end
  redis.call('UNLINK', CFG, SEQ, INF, LEASE, FLIGHT, OCC, WHY, TAT, STOCK, MEMO, EV, TALLY, TURNS,
    HERE, FRONT, COOL, EP)
end
return redis.status_reply('OK')
