--[[
Ends tickets that are over, wherever they are; a step of a rebuild.

KEYS[1]  ep      hash    see guard.lua
KEYS[2]  w:      prefix of the lanes
KEYS[3]  missed  zset    of those absent near the front
KEYS[4]  intent  hash    ticket → line
KEYS[5]  own     hash    account → its live ticket
KEYS[6]  inf     zset    in flight, by lease deadline
KEYS[7]  lease   hash    ticket → lease
KEYS[8]  flight  hash    variant → units in flight
KEYS[9]  occ     set     admitted and unfinished tickets
KEYS[10] fin:    prefix of the bits of those who are over
KEYS[11] why     hash    ticket → why it was closed
KEYS[12] tally   hash    counts
ARGV[1]  epoch   the caller's epoch
ARGV[2..] ticket, score, code (1 left, 2 closed, 3 ordered), why (or empty): four for each
Returns  OK
]]
for i = 2, #ARGV, 4 do
  local why = ARGV[i + 3] ~= '' and ARGV[i + 3] or nil
  finish(ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2]), why)
end
return redis.status_reply('OK')
