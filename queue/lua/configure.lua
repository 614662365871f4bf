--[[
Sets a room's limits, mode and times. An older version never replaces a newer one.

A new rate keeps the share of the bucket in use, so that a change never grants a second burst; the
computation is that of `Gcra::rescale` in shared/src/gcra.rs.

KEYS[1]  ep       hash    see guard.lua
KEYS[2]  cfg      hash    limits, mode, times
KEYS[3]  tat      string  theoretical arrival time, µs
KEYS[4]  ev       stream  room events
KEYS[5]  wake     channel of the drop
ARGV[1]  epoch    the caller's epoch
ARGV[2]  version  of the limits
ARGV[3]  label    mode@until|rate in millionths|cap|message, for the event
ARGV[4]  rate     admissions per second
ARGV[5..] fields of cfg and their values
Returns  now, evn, applied (1 or 0), changed (1 or 0)
]]
local old = redis.call('HMGET', CFG, 'version', 'rate', 'label')
if old[1] and tonumber(old[1]) > tonumber(ARGV[2]) then return { now, evn, 0, 0 } end
local tat = tonumber(redis.call('GET', TAT) or nil)
if tat and old[2] and old[2] ~= ARGV[4] then
  local rate = tonumber(ARGV[4])
  local interval, burst = 1000000 / rate, math.max(1, math.ceil(rate / 10))
  local ahead = math.max(tat - now, 0) * interval / (1000000 / tonumber(old[2]))
  redis.call('SET', TAT, string.format('%.17g', now + math.min(ahead, burst * interval)))
end
redis.call('HSET', CFG, 'version', ARGV[2], 'label', ARGV[3], 'rate', ARGV[4],
  unpack(ARGV, 5))
widen()
local changed = old[3] ~= ARGV[3]
if changed then tell('G', ARGV[3]) end
wake()
return { now, evn, 1, changed and 1 or 0 }
