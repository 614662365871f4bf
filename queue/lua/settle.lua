--[[
Brings to the line what Postgres has decided: tickets with a row leave wherever they are, and a
newer stock figure is set, in one step, so that no unit is counted twice or not at all.

KEYS[1]  ep       hash    see guard.lua
KEYS[2]  intent   hash    account → record
KEYS[3]  inf      zset    in flight, by lease deadline
KEYS[4]  lease    hash    ticket → lease
KEYS[5]  flight   hash    variant → units in flight
KEYS[6]  occ      hash    ticket → account, of admitted and unfinished tickets
KEYS[7]  stock    hash    variant → version|available|reserved
KEYS[8]  tally    hash    counts
KEYS[9]  hints    channel of the drop
KEYS[10] wake     channel of the drop
KEYS[..] fin:     bits of each epoch, of those who are over
KEYS[..] w:       zset of each line
KEYS[..] missed:  zset of each line, of those absent near its front
ARGV[1]  epoch    the caller's epoch
ARGV[2]  variants see keys.lua
ARGV[3]  n        number of stock figures
ARGV[4..] variant, version, version|available|reserved: three for each figure
then     ticket, account, score, outcome (`held`, or the state in which its order ended): four for
         each of at most 500
Returns  OK
]]
local first, changed = 4 + 3 * ARGV[3], false
for i = 4, first - 1, 3 do
  local stored = string.match(redis.call('HGET', STOCK, ARGV[i]) or '', '^[^|]*')
  if stored == '' or tonumber(ARGV[i + 1]) > tonumber(stored) then
    redis.call('HSET', STOCK, ARGV[i], ARGV[i + 2])
    changed = true
  end
end

local function hold(ticket, account, score)
  local record = record_of(ticket, account)
  local code = ended(score)
  if not land(ticket) and record then step_out(account, record) end
  -- A late SETTLE must not revive an order that is over; any other end yields to a row.
  if code == ORDERED then return end
  if code ~= 0 then set_ended(score, 0) end
  local new = redis.call('HSET', OCC, ticket, account) == 1
  if new and not record and code == 0 then redis.call('HINCRBY', TALLY, 'joined', 1) end
end

local told = {}
for i = first, #ARGV, 4 do
  local ticket, account, score, outcome = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2]), ARGV[i + 3]
  if outcome == 'held' then
    hold(ticket, account, score)
  else
    finish(ticket, account, score, ORDERED)
  end
  told[#told + 1] = ticket .. outcome .. '\n'
end
if #told > 0 then redis.call('PUBLISH', HINTS, table.concat(told)) end
if changed or #told > 0 then wake() end
return redis.status_reply('OK')
