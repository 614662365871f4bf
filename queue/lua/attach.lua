--[[
Puts valid tickets that Redis has lost back at their own score.

An account has one live ticket: of two that wait, the one further ahead stays and the other is
closed (replaced). A ticket whose account is past waiting with another one is refused.

KEYS[1]  ep      hash    see guard.lua
KEYS[2]  cfg     hash    why the line ended
KEYS[3]  seq     string  last number of the epoch
KEYS[4]  w:      prefix of the lanes
KEYS[5]  missed  zset    of those absent near the front
KEYS[6]  intent  hash    ticket → line
KEYS[7]  own     hash    account → its live ticket
KEYS[8]  inf     zset    in flight, by lease deadline
KEYS[9]  lease   hash    ticket → lease
KEYS[10] flight  hash    variant → units in flight
KEYS[11] occ     set     admitted and unfinished tickets
KEYS[12] fin:    prefix of the bits of those who are over
KEYS[13] why     hash    ticket → why it was closed
KEYS[14] ev      stream  room events
KEYS[15] tally   hash    counts
ARGV[1]  epoch   the caller's epoch
ARGV[2..] ticket|line, one for each ticket
Returns  now, evn, then one text per ticket
]]
local over = redis.call('HGET', CFG, 'ended')
local last = last_score()
local attached, replaced = {}, {}

local function attach(row)
  local ticket, line = string.match(row, '^([^|]*)|(.*)$')
  local account, lane, _, _, score = string.match(line, LINE)
  if tonumber(score) > last then return 'impossible' end
  local at = standing(ticket, tonumber(score))
  if at ~= 'unknown' then return 'known|' .. at end
  if over then return 'ended|' .. over end

  local other = redis.call('HGET', OWN, account)
  if other then
    local state = state_of(other)
    local other_line = redis.call('HGET', INTENT, other)
    if state ~= 'waiting' and state ~= 'missed' then
      return 'refused|' .. other .. '|' .. other_line
    end
    local _, other_lane, _, _, other_score = string.match(other_line, LINE)
    if tonumber(other_score) < tonumber(score) then
      finish(ticket, tonumber(score), CLOSED, 'replaced')
      replaced[#replaced + 1] = ticket .. '|' .. lane .. '|' .. score
      return 'replaced|' .. other .. '|' .. other_line
    end
    finish(other, tonumber(other_score), CLOSED, 'replaced')
    replaced[#replaced + 1] = other .. '|' .. other_lane .. '|' .. other_score
    -- It may have come back in this very batch: then it never did.
    for n, earlier in ipairs(attached) do
      if string.sub(earlier, 1, 36) == other then table.remove(attached, n) break end
    end
  end
  redis.call('HSET', INTENT, ticket, line)
  redis.call('HSET', OWN, account, ticket)
  redis.call('ZADD', W .. lane, score, ticket)
  redis.call('HINCRBY', TALLY, 'joined', 1)
  attached[#attached + 1] = row
  return 'attached'
end

local reply = { text(now), '' }
for i = 2, #ARGV do reply[i + 1] = attach(ARGV[i]) end
if #replaced > 0 then tell('C', table.concat(replaced, '\n'), 'replaced') end
if #attached > 0 then tell('X', table.concat(attached, '\n')) end
reply[2] = text(evn)
return reply
