--[[
Looks up a room's header, whatever its state; runs without the guard.

Units let in with a ticket are held from that moment on, not only from the one in which Postgres says
so. A figure of Postgres may come before the tickets that it holds for; those units count twice as
held for that long, and never as left. A room without stock has no units to tell of.

KEYS[1]  ep       hash    epoch, run_id, replid, state, evn, grace
KEYS[2]  cfg      hash    limits, mode, times
KEYS[3]  stock    hash    variant → version|available|reserved
KEYS[4]  flight   hash    variant → units in flight
KEYS[5]  occ      hash    ticket → account, of admitted and unfinished tickets
ARGV     none
Returns  nothing, or now, epoch, state, evn, grace, trusted (1 or 0), how many are admitted and not
         finished, how many variants have stock, then variant, left, held: three for each, then fields
         and values of cfg
]]
local room = redis.call('HMGET', EP, 'epoch', 'state', 'evn', 'grace', 'run_id', 'replid')
if not room[1] then return false end
local clock = redis.call('TIME')
local server = redis.call('INFO', 'server', 'replication')
local trusted = string.match(server, 'run_id:(%w+)') == room[5]
  and string.match(server, 'master_replid:(%w+)') == room[6]
local stockless = redis.call('HGET', CFG, 'stockless') == '1'
local stock = stockless and {} or redis.call('HGETALL', STOCK)
local reply = { string.format('%.0f', clock[1] * 1000000 + clock[2]), room[1], room[2], room[3],
  room[4], trusted and '1' or '0', tostring(redis.call('HLEN', OCC)), tostring(#stock / 2) }
for i = 1, #stock, 2 do
  local available, reserved = string.match(stock[i + 1], '^[^|]*|([^|]*)|([^|]*)$')
  local flying = tonumber(redis.call('HGET', FLIGHT, stock[i]) or 0)
  reply[#reply + 1] = stock[i]
  reply[#reply + 1] = tostring(math.max(0, tonumber(available) - flying))
  reply[#reply + 1] = tostring(tonumber(reserved) + flying)
end
for _, value in ipairs(redis.call('HGETALL', CFG)) do reply[#reply + 1] = value end
return reply
