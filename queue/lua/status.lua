--[[
Returns where tickets are, their ends included.

KEYS[1]  ep      hash    see guard.lua
KEYS[2]  cfg     hash    why the line ended
KEYS[3]  w:      prefix of the lanes
KEYS[4]  missed  zset    of those absent near the front
KEYS[5]  intent  hash    ticket → line
KEYS[6]  lease   hash    ticket → lease
KEYS[7]  occ     set     admitted and unfinished tickets
KEYS[8]  fin:    prefix of the bits of those who are over
KEYS[9]  why     hash    ticket → why it was closed
ARGV[1]  epoch   the caller's epoch
ARGV[2..] ticket, score: two for each
Returns  one text per ticket
]]
local reply = {}
for i = 2, #ARGV, 2 do reply[#reply + 1] = standing(ARGV[i], tonumber(ARGV[i + 1])) end
return reply
