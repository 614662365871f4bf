--[[
Empties a room that is being rebuilt, events included, and gives it the lines that it is then filled
with.

KEYS[1]  ep       hash    see guard.lua
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
KEYS[..] fin:     bits of each epoch
KEYS[..] w:       zset of each line
KEYS[..] missed:  zset of each line
ARGV[1]  epoch    the caller's epoch
ARGV[2]  variants see keys.lua
ARGV[3]  lines    the new ones, as in keys.lua
Returns  now
]]
redis.call('UNLINK', CFG, SEQ, INTENT, INF, LEASE, FLIGHT, OCC, WHY, TAT, STOCK, MEMO, EV, TALLY,
  TURNS, HERE, FRONT)
for _, keys in ipairs({ FIN, W, MISSED }) do
  for _, key in ipairs(keys) do redis.call('UNLINK', key) end
end
redis.call('HSET', EP, 'lines', ARGV[3])
return now
