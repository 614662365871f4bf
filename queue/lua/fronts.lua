--[[
Those at the front of several lines, by score; for the scripts that let in or close. Read in chunks,
since most of them stop early.

Needs `intent` and the lines in the header of its script, and for `close_all` also `cfg`, `ep`, `ev`,
`fin:`, `tally` and `why`.
]]
local CHUNK = 64

-- Moves a front on to its next ticket; false when there is none.
local function advance(front)
  front.at = front.at + 1
  if front.at > #front.accounts then
    front.from = front.from + #front.accounts
    local accounts = redis.call('ZRANGE', front.key, front.from, front.from + front.size - 1)
    if #accounts == 0 then return false end
    front.accounts, front.records = accounts, redis.call('HMGET', INTENT, unpack(accounts))
    front.at, front.size = 1, CHUNK
  end
  front.account, front.record = front.accounts[front.at], front.records[front.at]
  front.score = score_of(front.record)
  return true
end

-- The front of a zset; nil if nobody is there. `size` of its first chunk, at most CHUNK.
local function front_of(key, size)
  local front = { key = key, size = math.min(size, CHUNK), from = 0, at = 0, accounts = {} }
  return advance(front) and front or nil
end

-- The name of the front with the lowest score; nil if there is none.
local function lowest(fronts)
  local first
  for name, front in pairs(fronts) do
    if not first or front.score < fronts[first].score then first = name end
  end
  return first
end

-- What is kept of the ticket at a front.
local function taken_from(front)
  return { key = front.key, account = front.account, record = front.record }
end

-- Removes tickets from the zsets that they stand in.
local function remove(tickets)
  local of_key = {}
  for _, one in ipairs(tickets) do
    local accounts = of_key[one.key] or {}
    accounts[#accounts + 1] = one.account
    of_key[one.key] = accounts
  end
  for key, accounts in pairs(of_key) do redis.call('ZREM', key, unpack(accounts)) end
end

-- Closes tickets that wait or are absent, at most 500: all in one event.
local function close_all(tickets, reason)
  if #tickets == 0 then return end
  local accounts, marks, reasons, changes = {}, {}, {}, {}
  for n, one in ipairs(tickets) do
    accounts[n], marks[n] = one.account, mark_of(one.record)
    reasons[2 * n - 1], reasons[2 * n] = ticket_of(one.record), reason
    local key, at = bits(score_of(one.record))
    local of_key = changes[key] or {}
    for _, part in ipairs({ 'SET', 'u2', at, CLOSED }) do of_key[#of_key + 1] = part end
    changes[key] = of_key
  end
  remove(tickets)
  redis.call('HDEL', INTENT, unpack(accounts))
  for key, of_key in pairs(changes) do redis.call('BITFIELD', key, unpack(of_key)) end
  redis.call('HINCRBY', TALLY, 'closed', #tickets)
  if redis.call('HGET', CFG, 'ended') ~= reason then redis.call('HSET', WHY, unpack(reasons)) end
  tell('C', table.concat(marks), reason)
end
