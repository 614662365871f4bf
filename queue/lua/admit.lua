--[[
Lets the next tickets in: waiting → in flight with a lease, in one step, so that a crash at any
moment leaves each ticket in exactly one of the two.

It lets in as many as the rate (GCRA), the occupancy and the stock allow. The free units of a
variant are `available` minus those in flight, never a number kept separately, so none can be
granted twice or leak. A ticket that does not fit waits, and nobody who wants the same variant passes
it; one that the stock can never cover is closed (not_enough), and the next is considered.

KEYS[1]  ep      hash    see guard.lua
KEYS[2]  cfg     hash    limits, mode, times, variants
KEYS[3]  w:      prefix of the lanes
KEYS[4]  missed  zset    of those absent near the front
KEYS[5]  intent  hash    ticket → line
KEYS[6]  own     hash    account → its live ticket
KEYS[7]  inf     zset    in flight, by lease deadline
KEYS[8]  lease   hash    ticket → lease
KEYS[9]  flight  hash    variant → units in flight
KEYS[10] occ     set     admitted and unfinished tickets
KEYS[11] fin:    prefix of the bits of those who are over
KEYS[12] why     hash    ticket → why it was closed
KEYS[13] tat     string  theoretical arrival time, µs
KEYS[14] stock   hash    variant → version|available|reserved
KEYS[15] memo    list    recent requests, each followed by its answer
KEYS[16] ev      stream  room events
KEYS[17] tally   hash    counts
ARGV[1]  epoch   the caller's epoch
ARGV[2]  limit   tickets to let in, at most 500
ARGV[3]  lease_us  how long the caller may take to hand them on
ARGV[4]  request   its id; a repeated one gets the first answer again
ARGV[5]  lanes   names of the lanes, the first served first, separated by commas
Returns  now, evn, why not more, exhausted (1 or 0), then ticket|line for each ticket
]]
local REMEMBERED, LOOKED_AT = 16, 2000

local before = redis.call('LPOS', MEMO, ARGV[4])
if before then
  local reply = {}
  for row in string.gmatch(redis.call('LINDEX', MEMO, before + 1) .. '\n', '([^\n]*)\n') do
    reply[#reply + 1] = row
  end
  return reply
end

local cfg = redis.call('HMGET', CFG, 'mode', 'opens_at', 'closes_at', 'ended', 'rate', 'cap', 'variants')
local limit = tonumber(ARGV[2])

-- The stock: what is free of each variant, and what could ever become free.
local free, ever, n_variants, exhausted = {}, {}, 0, true
for variant in string.gmatch(cfg[7], '[^,]+') do
  n_variants = n_variants + 1
  local figure = redis.call('HGET', STOCK, variant)
  local available, reserved = string.match(figure or '', '^[^|]*|([^|]*)|([^|]*)$')
  if available then
    ever[variant] = tonumber(available) + tonumber(reserved)
    free[variant] = tonumber(available) - tonumber(redis.call('HGET', FLIGHT, variant) or 0)
  end
  exhausted = exhausted and ever[variant] == 0
end
exhausted = exhausted and n_variants > 0

-- The rate, computed as in shared/src/gcra.rs; a missing time is an empty bucket.
local rate, stored_tat = tonumber(cfg[5]), tonumber(redis.call('GET', TAT) or nil)
local interval, burst = 1000000 / rate, math.max(1, math.ceil(rate / 10))
local full = burst * interval
local tat = stored_tat and math.max(stored_tat, now) or now + full
local by_rate = math.max(0, math.floor((full - (tat - now)) / interval + 1e-9))
local by_occupancy = math.max(0, tonumber(cfg[6]) - redis.call('SCARD', OCC))

local blocked
if cfg[4] or (cfg[3] ~= '' and now >= tonumber(cfg[3])) then
  blocked = 'closed'
elseif now < tonumber(cfg[2]) then
  blocked = 'not_open'
elseif cfg[1] ~= 'running' then
  blocked = cfg[1]
elseif now < grace then
  blocked = 'grace'
end
local want = blocked and 0 or math.min(limit, by_rate, by_occupancy)

local waiting = 0
local admitted, closed, rows, stuck, n_stuck, looked = {}, {}, {}, {}, 0, 0
local members, deadlines, leases, halted = {}, {}, {}, false

local function stick(variant)
  stuck[variant], n_stuck = true, n_stuck + 1
end

local function look_at(lane, ticket, line)
  local _, _, variant, units, score = string.match(line, LINE)
  if stuck[variant] then return end
  local fits = tonumber(units) <= (free[variant] or 0)
  if fits then
    free[variant] = (free[variant] or 0) - units
    redis.call('HINCRBY', FLIGHT, variant, units)
    admitted[#admitted + 1] = ticket .. '|' .. lane .. '|' .. score
    rows[#rows + 1] = ticket .. '|' .. line
    members[#members + 1] = ticket
    deadlines[#deadlines + 1], deadlines[#deadlines + 2] = text(now + ARGV[3]), ticket
    leases[#leases + 1] = ticket
    leases[#leases + 1] = '|||' .. units .. '|' .. variant .. '|' .. text(now)
  elseif not exhausted and ever[variant] and tonumber(units) > ever[variant] then
    -- Nobody behind a ticket still to be closed is considered, or the next call would skip people.
    halted = #closed >= limit
    if not halted then closed[#closed + 1] = { ticket, lane, score } end
  else
    stick(variant)
  end
end

for lane in string.gmatch(ARGV[5], '[^,]+') do
  local from = 0
  local of_lane = redis.call('ZCARD', W .. lane)
  waiting = waiting + of_lane
  while #rows < want and from < of_lane and looked < LOOKED_AT and n_stuck < n_variants and not halted do
    local to = from + math.min(want, 500) - 1
    local tickets = redis.call('ZRANGE', W .. lane, from, to)
    local lines = redis.call('HMGET', INTENT, unpack(tickets))
    for n, ticket in ipairs(tickets) do
      if #rows >= want or n_stuck >= n_variants or halted then break end
      look_at(lane, ticket, lines[n])
      looked = looked + 1
    end
    from = to + 1
  end
  if #members > 0 then redis.call('ZREM', W .. lane, unpack(members)) end
end

if #rows > 0 then
  redis.call('ZADD', INF, unpack(deadlines))
  redis.call('HSET', LEASE, unpack(leases))
  redis.call('SADD', OCC, unpack(members))
  tell('A', table.concat(admitted, '\n'))
end
if #rows > 0 or not stored_tat then
  redis.call('SET', TAT, string.format('%.17g', tat + #rows * interval))
end
if #closed > 0 then
  local gone = {}
  for n, ticket in ipairs(closed) do
    finish(ticket[1], tonumber(ticket[3]), CLOSED, 'not_enough')
    gone[n] = table.concat(ticket, '|')
  end
  tell('C', table.concat(gone, '\n'), 'not_enough')
end

if blocked or #rows == limit then
  blocked = blocked or ''
elseif waiting == #rows + #closed then
  blocked = 'empty'
elseif #rows == want then
  blocked = by_rate <= by_occupancy and 'rate' or 'occupancy'
else
  blocked = 'stock'
end
local reply = { text(now), text(evn), blocked, exhausted and '1' or '0' }
for _, row in ipairs(rows) do reply[#reply + 1] = row end
-- An empty answer may be computed again; one with tickets must be repeated as it was.
if #rows > 0 then
  redis.call('LPUSH', MEMO, table.concat(reply, '\n'))
  redis.call('LPUSH', MEMO, ARGV[4])
  redis.call('LTRIM', MEMO, 0, REMEMBERED * 2 - 1)
end
return reply
