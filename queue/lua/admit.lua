--[[
Lets the next tickets in: waiting → in flight with a lease, in one step, so that a crash at any
moment leaves each ticket in exactly one of the two.

It lets in as many as the rate (GCRA), the occupancy and the stock allow. The free units of a
variant are `available` minus those in flight, never a number kept separately, so none can be
granted twice or leak. A ticket that does not fit waits, and nobody who wants the same variant passes
it; one that the stock can never cover is closed (not_enough), and the next is considered. Each
variant has its own line, so nobody is looked at who stands behind one that does not fit.

A room without stock (`stockless`) lets in by rate and occupancy alone: nobody is too many for it.

The lanes take turns by their shares, see turns.lua. A ticket that does not fit when it is its lane's
turn keeps the units of its variant from the other lanes as well, or small orders would pass it forever.

KEYS[1]  ep       hash    see guard.lua
KEYS[2]  cfg      hash    limits, mode, times
KEYS[3]  intent   hash    account → record
KEYS[4]  inf      zset    in flight, by lease deadline
KEYS[5]  lease    hash    ticket → lease
KEYS[6]  flight   hash    variant → units in flight
KEYS[7]  occ      hash    ticket → account, of admitted and unfinished tickets
KEYS[8]  why      hash    ticket → why it was closed
KEYS[9]  tat      string  theoretical arrival time, µs
KEYS[10] stock    hash    variant → version|available|reserved
KEYS[11] memo     list    recent requests, each followed by its answer
KEYS[12] ev       stream  room events
KEYS[13] tally    hash    counts
KEYS[14] turns    hash    how far each lane has got, with several lanes
KEYS[..] fin:     bits of each epoch, of those who are over
KEYS[..] w:       zset of each line
ARGV[1]  epoch    the caller's epoch
ARGV[2]  variants see keys.lua
ARGV[3]  limit    tickets to let in, at most 500
ARGV[4]  lease_us how long the caller may take to hand them on
ARGV[5]  request  its id; a repeated one gets the first answer again
Returns  now|evn|why not more|exhausted (1 or 0)|µs until time alone may let somebody in, a line break,
         then the row of each ticket
]]
local REMEMBERED = 16

local before = redis.call('LPOS', MEMO, ARGV[5])
if before then return redis.call('LINDEX', MEMO, before + 1) end

local cfg = redis.call('HMGET', CFG, 'mode', 'opens_at', 'closes_at', 'ended', 'rate', 'cap',
  'stockless', 'lanes')
local limit, has_stock = tonumber(ARGV[3]), cfg[7] ~= '1'

-- The stock: what is free of each variant, and what could ever become free.
local variants, free, ever, exhausted = {}, {}, {}, has_stock and #VARIANTS > 0
for at = 1, #VARIANTS, 16 do
  local variant = string.sub(VARIANTS, at, at + 15)
  variants[#variants + 1], free[variant] = variant, has_stock and 0 or math.huge
  local figure = has_stock and redis.call('HGET', STOCK, variant)
  local available, reserved = string.match(figure or '', '^[^|]*|([^|]*)|([^|]*)$')
  if available then
    ever[variant] = tonumber(available) + tonumber(reserved)
    free[variant] = tonumber(available) - tonumber(redis.call('HGET', FLIGHT, variant) or 0)
  end
  exhausted = exhausted and ever[variant] == 0
end

-- The rate, computed as in shared/src/gcra.rs; a missing time is an empty bucket.
local rate, stored_tat = tonumber(cfg[5]), tonumber(redis.call('GET', TAT) or nil)
local interval, burst = 1000000 / rate, math.max(1, math.ceil(rate / 10))
local full = burst * interval
local tat = stored_tat and math.max(stored_tat, now) or now + full
local by_rate = math.max(0, math.floor((full - (tat - now)) / interval + 1e-9))
local by_occupancy = math.max(0, tonumber(cfg[6]) - redis.call('HLEN', OCC))

local blocked
if cfg[4] or (cfg[3] ~= '' and now >= tonumber(cfg[3])) then
  blocked = 'closed'
elseif now < tonumber(cfg[2]) then
  blocked = 'not_open'
elseif cfg[1] ~= 'running' and cfg[1] ~= 'drain' then
  blocked = cfg[1]
elseif now < grace then
  blocked = 'grace'
end
local want = blocked and 0 or math.min(limit, by_rate, by_occupancy)

-- Who is let in, and who never can be. Nothing is written before all of it is known.
local admitted, closed, taken, stuck, halted = {}, {}, {}, {}, false

local function consider(front, variant)
  local units = units_of(front.record)
  if units <= free[variant] then
    free[variant], taken[variant] = free[variant] - units, (taken[variant] or 0) + units
    admitted[#admitted + 1] = taken_from(front)
  elseif exhausted or not ever[variant] or units <= ever[variant] then
    stuck[variant] = true
  elseif #closed < limit then
    closed[#closed + 1] = taken_from(front)
  else
    -- Nobody behind a ticket still to be closed is considered, or the next call would skip people.
    halted = true
  end
end

-- The fronts of a lane's lines, read when it has its first turn.
local function fronts_in(lane)
  local fronts = {}
  for n, variant in ipairs(variants) do
    local size = math.min(want - #admitted, math.max(1, free[variant]))
    if not stuck[variant] then fronts[variant] = front_of(W[lane.first_line + n], size) end
  end
  return fronts
end

-- Lets the next ticket of a lane in; false if it has none that can be.
local function serve(lane)
  lane.fronts = lane.fronts or fronts_in(lane)
  local fronts, n_before = lane.fronts, #admitted
  while #admitted == n_before and not halted do
    local variant = lowest(fronts)
    if not variant then return false end
    if not stuck[variant] then consider(fronts[variant], variant) end
    if stuck[variant] or not advance(fronts[variant]) then fronts[variant] = nil end
  end
  return not halted
end

local function serve_by_turns(has_share)
  while #admitted < want and not halted do
    local lane = next_lane(has_share)
    if not lane then return end
    if serve(lane) then pay(lane) else lane.is_out = true end
  end
end

local waiting = 0
for _, key in ipairs(W) do waiting = waiting + redis.call('ZCARD', key) end
read_turns(cfg[8] or '')
for n, lane in ipairs(lanes) do lane.first_line = (n - 1) * #variants end
serve_by_turns(true)
serve_by_turns(false)

local rows = {}
if #admitted > 0 then
  local claim = string.rep('\0', 21) .. struct.pack('>I8', now)
  local deadline = text(now + ARGV[4])
  local marks, deadlines, leases, occupants = {}, {}, {}, {}
  for n, one in ipairs(admitted) do
    local ticket = ticket_of(one.record)
    rows[n], marks[n] = one.account .. one.record, mark_of(one.record)
    deadlines[2 * n - 1], deadlines[2 * n] = deadline, ticket
    leases[2 * n - 1], leases[2 * n] = ticket, claim .. rows[n]
    occupants[2 * n - 1], occupants[2 * n] = ticket, one.account
  end
  remove(admitted)
  redis.call('ZADD', INF, unpack(deadlines))
  redis.call('HSET', LEASE, unpack(leases))
  redis.call('HSET', OCC, unpack(occupants))
  for variant, units in pairs(taken) do redis.call('HINCRBY', FLIGHT, variant, units) end
  write_turns()
  tell('A', table.concat(marks))
end
tat = tat + #admitted * interval
if #admitted > 0 or not stored_tat then redis.call('SET', TAT, string.format('%.17g', tat)) end
close_all(closed, 'not_enough')

local due
if blocked == 'not_open' then
  due = tonumber(cfg[2]) - now
elseif blocked == 'grace' then
  due = grace - now
elseif blocked or #admitted == limit then
  blocked = blocked or ''
elseif waiting == #admitted + #closed then
  blocked = 'empty'
elseif #admitted < want then
  blocked = 'stock'
elseif by_rate <= by_occupancy then
  blocked, due = 'rate', math.ceil(math.max(0, tat - now + interval - full))
else
  blocked = 'occupancy'
end
local answer = table.concat({ text(now), text(evn), blocked, exhausted and '1' or '0',
  due and text(due) or '' }, '|') .. '\n' .. table.concat(rows)
-- An empty answer may be computed again; one with tickets must be repeated as it was.
if #rows > 0 then
  redis.call('LPUSH', MEMO, answer, ARGV[5])
  redis.call('LTRIM', MEMO, 0, REMEMBERED * 2 - 1)
end
return answer
