--[[
Who is there near the front of a line; for the scripts that mark, put back or let in.

`here` has when each ticket was seen last, µs; that of a poll lies ahead, since it counts until the next
one. `front` has, by the name of a line (its variant and lane), `reach|at|sure`: a ticket up to `reach`
stood within the window at the time `at`, one up to `sure` did so since one look before. Beside the lines
it has `watched`, when somebody marked last, and `since`, when that began, or began again after a
silence.

Needs `cfg`, `front` and `here` in the header of its script.
]]
local presence = redis.call('HMGET', CFG, 'presence', 'window')
local ttl_ms, WINDOW = tonumber(presence[1] or nil), tonumber(presence[2] or nil)
-- How long a mark lasts, µs; nil where nobody is missed.
local TTL = ttl_ms and ttl_ms * 1000
-- How long whoever is there may take to be marked, µs.
local SETTLES = TTL and TTL / 5

-- Marks a ticket as seen now.
local function mark_seen(record)
  if TTL then redis.call('ZADD', HERE, 'GT', text(now), ticket_of(record)) end
end

-- Marks a ticket as seen now, if it stands where that counts.
local function mark_seen_near_front(record)
  if not TTL then return end
  local reach = string.match(redis.call('HGET', FRONT, string.sub(record, 17, 33)) or '', '^%d+')
  if reach and score_of(record) <= tonumber(reach) then mark_seen(record) end
end

-- Puts a ticket that was missed back at its own place.
local function put_back(account, record)
  local line = line_of(record)
  redis.call('ZREM', MISSED[line], account)
  redis.call('ZADD', W[line], text(score_of(record)), account)
  mark_seen(record)
end
