--[[
Takes a waiting ticket out of line at its shopper's request.

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
ARGV[2]  ticket
ARGV[3]  score
Returns  now, evn, `left` or where it is instead
]]
local ticket, score = ARGV[2], tonumber(ARGV[3])
local at = standing(ticket, score)
if at == 'waiting' or at == 'missed' then
  local _, lane, _, _, stored = string.match(redis.call('HGET', INTENT, ticket), LINE)
  finish(ticket, tonumber(stored), LEFT)
  tell('L', ticket .. '|' .. lane .. '|' .. stored)
  at = 'left'
end
return { text(now), text(evn), at }
