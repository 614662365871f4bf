--[[
Whose turn it is in a room with several lanes; for the script that lets in.

In a time that the lanes have in common a ticket costs its lane 100 / share, and the lane that is the
least ahead goes next (start-time fair queueing: deficit round robin with a quantum of one ticket). So
while lanes have people who fit, they keep their shares to within a ticket each. One that had nobody
starts where the others have got to: it saves nothing up, and owes nothing. A lane without a share goes
when no other can.

Needs `turns` in the header of its script.
]]
local lanes, reached = {}, 0

-- Takes the shares as `cfg` has them, `lane:percent` with commas between; the normal lane has the rest.
local function read_turns(shares)
  local percents, rest = {}, 100
  for lane, percent in string.gmatch(shares, '(%d):(%d+)') do
    percents[string.char(lane)], rest = tonumber(percent), rest - percent
  end
  percents[LANES[1]] = rest
  local stored = {}
  if #LANES > 1 then stored = redis.call('HMGET', TURNS, 'reached', unpack(LANES)) end
  reached = tonumber(stored[1] or 0)
  for n, name in ipairs(LANES) do
    lanes[n] = { name = name, share = percents[name] or 0, ahead = tonumber(stored[n + 1] or 0) }
  end
end

-- The lane whose turn it is, of those that have a share or of those that have none; nil if all are out.
local function next_lane(has_share)
  local first
  for _, lane in ipairs(lanes) do
    lane.start = math.max(lane.ahead, reached)
    if not lane.is_out and (lane.share > 0) == has_share and (not first or lane.start < first.start) then
      first = lane
    end
  end
  return first
end

-- Has a lane pay for a ticket.
local function pay(lane)
  if lane.share == 0 then return end
  reached = lane.start
  lane.ahead = reached + 100 / lane.share
end

-- A room with one lane has no turns.
local function write_turns()
  if #LANES == 1 then return end
  local fields = { 'reached', string.format('%.17g', reached) }
  for _, lane in ipairs(lanes) do
    if lane.ahead > 0 then
      fields[#fields + 1], fields[#fields + 2] = lane.name, string.format('%.17g', lane.ahead)
    end
  end
  redis.call('HSET', TURNS, unpack(fields))
end
