--[[
Puts valid tickets that Redis has lost back at their own score, and those that were missed.

An account has one live ticket: of two that wait, the one further ahead stays and the other is
closed (replaced). A ticket whose account is past waiting with another one is refused.

KEYS[1]  ep       hash    see guard.lua
KEYS[2]  cfg      hash    why the line ended
KEYS[3]  seq      string  last number of the epoch
KEYS[4]  intent   hash    account → record
KEYS[5]  inf      zset    in flight, by lease deadline
KEYS[6]  lease    hash    ticket → lease
KEYS[7]  flight   hash    variant → units in flight
KEYS[8]  occ      hash    ticket → account, of admitted and unfinished tickets
KEYS[9]  why      hash    ticket → why it was closed
KEYS[10] ev       stream  room events
KEYS[11] tally    hash    counts
KEYS[12] wake     channel of the drop
KEYS[13] here     zset    ticket, by when it was seen last
KEYS[14] front    hash    see presence.lua
KEYS[..] fin:     bits of each epoch, of those who are over
KEYS[..] w:       zset of each line
KEYS[..] missed:  zset of each line, of those absent near its front
ARGV[1]  epoch    the caller's epoch
ARGV[2]  variants see keys.lua
ARGV[3..] account, record: two for each ticket
Returns  now, evn, what became of each
]]
local over = redis.call('HGET', CFG, 'ended')
local last = last_score()
local attached, returned, replaced = {}, {}, {}

-- Takes out whoever came back in this very batch: then they never did.
local function forget(rows, row)
  for n, earlier in ipairs(rows) do
    if earlier == row then table.remove(rows, n) break end
  end
end

local function attach(account, record)
  local ticket, score, line = ticket_of(record), score_of(record), line_of(record)
  if score > last or not line then return 'impossible' end
  local at = standing(ticket, account, score)
  if at ~= 'unknown' and at ~= 'missed' then return 'known|' .. at end
  if over then return 'ended|' .. over end
  if at == 'missed' then
    local own = record_of(ticket, account)
    put_back(account, own)
    returned[#returned + 1] = account .. own
    return 'returned'
  end

  local other = redis.call('HGET', INTENT, account)
  if other then
    local state = state_of(ticket_of(other), account, other)
    if state ~= 'waiting' and state ~= 'missed' then return 'refused|' .. account .. other end
    if score_of(other) < score then
      finish(ticket, account, score, CLOSED, 'replaced')
      replaced[#replaced + 1] = mark_of(record)
      return 'replaced|' .. account .. other
    end
    finish(ticket_of(other), account, score_of(other), CLOSED, 'replaced')
    replaced[#replaced + 1] = mark_of(other)
    forget(attached, account .. other)
    forget(returned, account .. other)
  end
  redis.call('HSET', INTENT, account, record)
  redis.call('ZADD', W[line], text(score), account)
  redis.call('HINCRBY', TALLY, 'joined', 1)
  mark_seen_near_front(record)
  attached[#attached + 1] = account .. record
  return 'attached'
end

local outcomes = {}
for i = 3, #ARGV, 2 do outcomes[#outcomes + 1] = attach(ARGV[i], ARGV[i + 1]) end
if #replaced > 0 then tell('C', table.concat(replaced), 'replaced') end
if #attached > 0 then tell('X', table.concat(attached)) end
if #returned > 0 then tell('R', table.concat(returned)) end
if #attached + #returned > 0 then wake() end
return { now, evn, outcomes }
