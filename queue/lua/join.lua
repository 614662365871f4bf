--[[
Puts shoppers in line: a batch in one step and one event.

A shopper with a live ticket gets that one back, whatever the state of the room, so neither a
reload nor a retried request costs a position. One that was missed stands at its own place again.

KEYS[1]  ep       hash    see guard.lua
KEYS[2]  cfg      hash    limits, mode, times
KEYS[3]  seq      string  last number of the epoch
KEYS[4]  intent   hash    account → record
KEYS[5]  lease    hash    ticket → lease
KEYS[6]  occ      hash    ticket → account, of admitted and unfinished tickets
KEYS[7]  ev       stream  room events
KEYS[8]  tally    hash    how many joined, left, were closed, ordered
KEYS[9]  wake     channel of the drop
KEYS[10] here     zset    ticket, by when it was seen last
KEYS[11] front    hash    see presence.lua
KEYS[12] cool     zset    account, by when it may join again
KEYS[..] w:       zset of each line: account, by score
KEYS[..] missed:  zset of each line, of those absent near its front
ARGV[1]  epoch    the caller's epoch
ARGV[2]  variants see keys.lua
ARGV[3..] account, and its record as far as the caller knows it (37 bytes): two for each request
Returns  now, evn, the last score before the batch, how many wait in each line after it, and what
         became of each request: the position of a new ticket (their scores are dense), state with
         record and position of a live one, or why not
]]
local cfg = redis.call('HMGET', CFG, 'mode', 'opens_at', 'closes_at', 'ended', 'capacity',
  'mode_until')
local refused
if cfg[4] then
  refused = 'ended|' .. cfg[4]
elseif cfg[3] ~= '' and now >= tonumber(cfg[3]) then
  refused = 'ended|closed'
elseif cfg[1] == 'stopped' or cfg[1] == 'hold' or cfg[1] == 'drain' then
  refused = cfg[1]
elseif cfg[1] == 'maintenance' then
  refused = 'maintenance|' .. (cfg[6] or '')
elseif now < tonumber(cfg[2]) then
  refused = 'not_open|' .. cfg[2]
elseif now < grace then
  refused = 'grace|' .. text(grace)
end

local accounts = {}
for i = 3, #ARGV, 2 do accounts[#accounts + 1] = ARGV[i] end
local found = redis.call('HMGET', INTENT, unpack(accounts))

-- Whoever comes back stands in line again before anybody is counted.
local back = {}
for n, account in ipairs(accounts) do
  local line = not cfg[4] and found[n] and line_of(found[n])
  if line and redis.call('ZSCORE', MISSED[line], account) then
    put_back(account, found[n])
    back[#back + 1] = account .. found[n]
  end
end
if #back > 0 then tell('R', table.concat(back)) end

local waiting, room_left = {}, tonumber(cfg[5])
for line, key in ipairs(W) do
  waiting[line] = redis.call('ZCARD', key)
  room_left = room_left - waiting[line]
end

local function existing(account, record)
  local state = state_of(ticket_of(record), account, record)
  if state ~= 'waiting' then return { state, record, 0 } end
  return { state, record, redis.call('ZRANK', W[line_of(record)], account) + 1 }
end

-- When an account may join again whose hold ran out unpaid; false if it may. Of most drops nobody.
local cools = redis.call('EXISTS', COOL) == 1
local function cools_until(account)
  local at = cools and redis.call('ZSCORE', COOL, account)
  return at and tonumber(at) > now and tonumber(at)
end

local before = last_score()
local score, joined_ms = before, struct.pack('>I8', math.floor(now / 1000))
local outcomes, rows, first_of, members, awakens = {}, {}, {}, {}, #back > 0
for n, account in ipairs(accounts) do
  local known = ARGV[2 * n + 2]
  local line = line_of(known)
  if found[n] then
    outcomes[n] = existing(account, found[n])
  elseif first_of[account] then
    local first = first_of[account]
    outcomes[n] = { 'waiting', rows[first.row], first.position }
  elseif refused then
    outcomes[n] = refused
  elseif not line then
    outcomes[n] = 'no_line'
  elseif cools_until(account) then
    outcomes[n] = 'cooling|' .. text(cools_until(account))
  elseif room_left <= 0 then
    outcomes[n] = 'full'
  else
    score, room_left = score + 1, room_left - 1
    awakens = awakens or waiting[line] == 0
    waiting[line] = waiting[line] + 1
    rows[#rows + 1] = account
    rows[#rows + 1] = known .. struct.pack('>I8', score) .. joined_ms
    local of_line = members[line] or {}
    of_line[#of_line + 1] = text(score)
    of_line[#of_line + 1] = account
    members[line] = of_line
    outcomes[n], first_of[account] = waiting[line], { row = #rows, position = waiting[line] }
  end
end

if #rows > 0 then
  redis.call('INCRBY', SEQ, #rows / 2)
  for line, of_line in pairs(members) do redis.call('ZADD', W[line], unpack(of_line)) end
  redis.call('HSET', INTENT, unpack(rows))
  redis.call('HINCRBY', TALLY, 'joined', #rows / 2)
  tell('J', table.concat(rows))
end
if awakens then wake() end
return { now, evn, before, waiting, outcomes }
