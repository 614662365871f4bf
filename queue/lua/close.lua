--[[
Closes some of those who wait, the first in line first; in chunks, so that a long line does not
block the server.

KEYS[1]  ep      hash    see guard.lua
KEYS[2]  cfg     hash    why the line ended
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
KEYS[13] ev      stream  room events
KEYS[14] tally   hash    counts
ARGV[1]  epoch   the caller's epoch
ARGV[2]  reason
ARGV[3]  limit   tickets to close, at most 1000
ARGV[4]  lanes   names of the lanes, separated by commas
Returns  evn, closed, still waiting
]]
local limit, gone, left = tonumber(ARGV[3]), {}, 0
local why = redis.call('HGET', CFG, 'ended') ~= ARGV[2] and ARGV[2] or nil

local function close(key)
  for _, ticket in ipairs(redis.call('ZRANGE', key, 0, limit - #gone - 1)) do
    local _, lane, _, _, score = string.match(redis.call('HGET', INTENT, ticket), LINE)
    finish(ticket, tonumber(score), CLOSED, why)
    gone[#gone + 1] = ticket .. '|' .. lane .. '|' .. score
  end
  left = left + redis.call('ZCARD', key)
end

for lane in string.gmatch(ARGV[4], '[^,]+') do
  if #gone < limit then close(W .. lane) else left = left + redis.call('ZCARD', W .. lane) end
end
if #gone < limit then close(MISSED) else left = left + redis.call('ZCARD', MISSED) end
if #gone > 0 then tell('C', table.concat(gone, '\n'), ARGV[2]) end
return { text(evn), text(#gone), text(left) }
