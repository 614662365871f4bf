--[[
Puts shoppers in line: a batch in one step and one event.

A shopper with a live ticket gets that one back, whatever the state of the room, so neither a
reload nor a retried request costs a position.

KEYS[1]  ep      hash    see guard.lua
KEYS[2]  cfg     hash    limits, mode, times
KEYS[3]  seq     string  last number of the epoch
KEYS[4]  w:      prefix of the lanes: zset, member ticket, score epoch·2^40 + number
KEYS[5]  missed  zset    of those absent near the front
KEYS[6]  intent  hash    ticket → line
KEYS[7]  own     hash    account → its live ticket
KEYS[8]  lease   hash    ticket → lease
KEYS[9]  occ     set     admitted and unfinished tickets
KEYS[10] ev      stream  room events
KEYS[11] tally   hash    how many joined, left, were closed, ordered
ARGV[1]  epoch   the caller's epoch
ARGV[2]  lanes   names of the lanes, separated by commas
ARGV[3..] ticket, account, lane, variant, units: five for each request
Returns  now, evn, then one text per request: what|ticket|line, or why not
]]
local cfg = redis.call('HMGET', CFG, 'mode', 'opens_at', 'closes_at', 'ended', 'capacity')
local refused
if cfg[4] then
  refused = 'ended|' .. cfg[4]
elseif cfg[3] ~= '' and now >= tonumber(cfg[3]) then
  refused = 'ended|closed'
elseif cfg[1] == 'stopped' then
  refused = 'stopped'
elseif now < tonumber(cfg[2]) then
  refused = 'not_open|' .. cfg[2]
elseif now < grace then
  refused = 'grace|' .. text(grace)
end

local room_left = tonumber(cfg[5])
for lane in string.gmatch(ARGV[2], '[^,]+') do
  room_left = room_left - redis.call('ZCARD', W .. lane)
end

local accounts = {}
for i = 3, #ARGV, 5 do accounts[#accounts + 1] = ARGV[i + 1] end
local owned = redis.call('HMGET', OWN, unpack(accounts))

local score = last_score()
local joined_ms = text(math.floor(now / 1000))
local reply = { text(now), '' }
local taken, rows, intents, owners, scores = {}, {}, {}, {}, {}
for n, account in ipairs(accounts) do
  local i = n * 5 - 2
  local ticket = owned[n]
  if ticket then
    reply[n + 2] = state_of(ticket) .. '|' .. ticket .. '|' .. redis.call('HGET', INTENT, ticket)
  elseif taken[account] then
    reply[n + 2] = 'waiting|' .. taken[account]
  elseif refused then
    reply[n + 2] = refused
  elseif room_left <= 0 then
    reply[n + 2] = 'full'
  else
    ticket, score, room_left = ARGV[i], score + 1, room_left - 1
    local lane, rank = ARGV[i + 2], text(score)
    local line = table.concat({ account, lane, ARGV[i + 3], ARGV[i + 4], rank, joined_ms }, '|')
    local row = ticket .. '|' .. line
    taken[account], rows[#rows + 1], reply[n + 2] = row, row, 'joined|' .. row
    intents[#intents + 1], intents[#intents + 2] = ticket, line
    owners[#owners + 1], owners[#owners + 2] = account, ticket
    local of_lane = scores[lane] or {}
    of_lane[#of_lane + 1], of_lane[#of_lane + 2] = rank, ticket
    scores[lane] = of_lane
  end
end

if #rows > 0 then
  redis.call('INCRBY', SEQ, #rows)
  for lane, of_lane in pairs(scores) do redis.call('ZADD', W .. lane, unpack(of_lane)) end
  redis.call('HSET', INTENT, unpack(intents))
  redis.call('HSET', OWN, unpack(owners))
  redis.call('HINCRBY', TALLY, 'joined', #rows)
  tell('J', table.concat(rows, '\n'))
end
reply[2] = text(evn)
return reply
