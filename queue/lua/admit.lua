--[[
Lets the next tickets in: waiting → in flight with a lease, in one step, so that a crash at any
moment leaves each ticket in exactly one of the two.

It lets in as many as the rate (GCRA), the occupancy and the stock allow. The free units of a
variant are `available` minus those in flight, never a number kept separately, so none can be
granted twice or leak. A ticket that does not fit waits, and nobody who wants the same variant passes
it; one that the stock can never cover is closed (not_enough), and the next is considered. Each
variant has its own line, so nobody is looked at who stands behind one that does not fit.

A room without stock (`stockless`) lets in by rate and occupancy alone: nobody is too many for it. In one
where each ticket takes the most units that it may (`takes_most`), the next takes fewer once fewer are all
that is left: none is held by others, so no more can come back. Its record says so from then on. A room that
serves numbers (`served`, after|up to) has no rate: who may come in is said by the queue number. In the
order of their lane, nobody is considered behind one who may not; other lanes go on.

The lanes take turns by their shares, see turns.lua. A ticket that does not fit when it is its lane's
turn keeps the units of its variant from the other lanes as well, or small orders would pass it forever.

Whoever is absent is passed over: their ticket is moved to `missed` and keeps its score, and it is their
lane's turn still. Absent is who has stood within the front window for long enough to be marked, joined
longer ago than a mark lasts, and has no mark that lasts still; and only where units are free that somebody
else could have.

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
KEYS[15] here     zset    ticket, by when it was seen last
KEYS[16] front    hash    see presence.lua
KEYS[..] fin:     bits of each epoch, of those who are over
KEYS[..] w:       zset of each line
KEYS[..] missed:  zset of each line, of those absent near its front
ARGV[1]  epoch    the caller's epoch
ARGV[2]  variants see keys.lua
ARGV[3]  limit    tickets to let in, at most 500
ARGV[4]  lease_us how long the caller may take to hand them on
ARGV[5]  request  its id; a repeated one gets the first answer again
ARGV[6]  extra    tickets above the cap that may be admitted and unfinished
Returns  now|evn|why not more|exhausted (1 or 0)|µs until time alone may let somebody in, a line break,
         then the row of each ticket
]]
local REMEMBERED = 16
-- Absent tickets that one call passes over.
local MOST_MISSED = 500

local before = redis.call('LPOS', MEMO, ARGV[5])
if before then return redis.call('LINDEX', MEMO, before + 1) end

local cfg = redis.call('HMGET', CFG, 'mode', 'opens_at', 'closes_at', 'ended', 'rate', 'cap',
  'stockless', 'lanes', 'served', 'takes_most')
local limit, has_stock = tonumber(ARGV[3]), cfg[7] ~= '1'
local after, up_to = string.match(cfg[9] or '', '^(%d+)|(%d+)$')
after, up_to = tonumber(after), tonumber(up_to)
local takes_most = cfg[10] == '1'

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
if up_to then by_rate = math.huge end
local by_occupancy = math.max(0, tonumber(cfg[6]) + tonumber(ARGV[6]) - redis.call('HLEN', OCC))

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

-- How far the front reaches of each line, and up to which score whoever is not seen there is absent.
local absent_to, noted = {}, {}

local function note_front(key, name, known)
  local reach, at, sure = string.match(known or '', '^(%d+)|(%d+)|(%d+)$')
  if at and now - tonumber(at) < SETTLES then return tonumber(sure) end
  local last = redis.call('ZRANGE', key, WINDOW - 1, WINDOW - 1, 'WITHSCORES')
  if #last == 0 then last = redis.call('ZRANGE', key, -1, -1, 'WITHSCORES') end
  local reaches = tonumber(last[2] or 0)
  -- Those who came back ahead since then may have pushed others out of the window.
  local stays = math.min(tonumber(reach or 0), reaches)
  noted[#noted + 1] = name
  noted[#noted + 1] = text(reaches) .. '|' .. text(now) .. '|' .. text(stays)
  return stays
end

if TTL and want > 0 then
  local names = {}
  for name, line in pairs(LINE_OF) do names[line] = name end
  local found = redis.call('HMGET', FRONT, 'since', 'watched', unpack(names))
  local since, watched = tonumber(found[1] or nil), tonumber(found[2] or nil)
  local is_watched = since and since + TTL <= now and now < watched + TTL
  for line, name in ipairs(names) do
    local sure = note_front(W[line], name, found[line + 2])
    absent_to[W[line]] = is_watched and sure or nil
  end
end

local function is_absent(front)
  local to = absent_to[front.key]
  if not to or front.score > to or joined_us_of(front.record) + TTL > now then return false end
  -- The marks of all who were read with it.
  if front.marks_of ~= front.accounts then
    local tickets = {}
    for n, record in ipairs(front.records) do tickets[n] = ticket_of(record) end
    front.marks, front.marks_of = redis.call('ZMSCORE', HERE, unpack(tickets)), front.accounts
  end
  local seen = tonumber(front.marks[front.at] or nil)
  return not seen or seen + TTL <= now
end

-- Who is let in, who is passed over, and who never can be let in. Nothing is written before all of it is
-- known.
local admitted, missed, closed, taken, stuck, fewer = {}, {}, {}, {}, {}, {}
local halted, unserved = nil, false

-- Whether it is not this one's turn, whatever is free.
local function is_unserved(front)
  if not up_to then return false end
  local number = front.score % PER_EPOCH
  return number <= after or number > up_to
end

-- The units that a ticket is let in for: what it asks for, or all that could ever become free where that is
-- less and its shopper chooses among them.
local function granted(asked, variant)
  local most = ever[variant] or 0
  if takes_most and most > 0 then return math.min(asked, most) end
  return asked
end

-- What is kept of the ticket at a front that is let in for so many units.
local function let_in(front, units)
  local one = taken_from(front)
  if units < units_of(one.record) then
    one.record = with_units(one.record, units)
    fewer[#fewer + 1], fewer[#fewer + 2] = one.account, one.record
  end
  return one
end

local function consider(front, variant)
  if free[variant] > 0 and is_absent(front) then
    if #missed < MOST_MISSED then missed[#missed + 1] = taken_from(front) else halted = 'absent' end
    return
  end
  local units = granted(units_of(front.record), variant)
  if units <= free[variant] then
    free[variant], taken[variant] = free[variant] - units, (taken[variant] or 0) + units
    admitted[#admitted + 1] = let_in(front, units)
  elseif exhausted or not ever[variant] or units <= ever[variant] then
    stuck[variant] = true
  elseif #closed < limit then
    closed[#closed + 1] = taken_from(front)
  else
    -- Nobody behind a ticket still to be closed is considered, or the next call would skip people.
    halted = 'closing'
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
    if not stuck[variant] then
      if is_unserved(fronts[variant]) then
        unserved = true
        return false
      end
      consider(fronts[variant], variant)
    end
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

if #noted > 0 then redis.call('HSET', FRONT, unpack(noted)) end
if #missed > 0 then
  local absent, of_key = {}, {}
  for n, one in ipairs(missed) do
    absent[n] = one.account .. one.record
    local key = MISSED[line_of(one.record)]
    local scored = of_key[key] or {}
    scored[#scored + 1], scored[#scored + 2] = text(score_of(one.record)), one.account
    of_key[key] = scored
  end
  remove(missed)
  for key, scored in pairs(of_key) do redis.call('ZADD', key, unpack(scored)) end
  -- Before those who are let in: whoever follows the line sees nobody passed over who waits.
  tell('M', table.concat(absent))
end

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
  if #fewer > 0 then redis.call('HSET', INTENT, unpack(fewer)) end
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
elseif waiting == #admitted + #missed + #closed then
  blocked = 'empty'
elseif halted == 'absent' then
  blocked = 'absent'
elseif unserved and #admitted < want then
  blocked = 'rate'
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
