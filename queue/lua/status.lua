--[[
Returns where tickets are, their ends included.

KEYS[1]  ep       hash    see guard.lua
KEYS[2]  cfg      hash    why the line ended
KEYS[3]  intent   hash    account → record
KEYS[4]  lease    hash    ticket → lease
KEYS[5]  occ      hash    ticket → account, of admitted and unfinished tickets
KEYS[6]  why      hash    ticket → why it was closed
KEYS[..] fin:     bits of each epoch, of those who are over
KEYS[..] w:       zset of each line
KEYS[..] missed:  zset of each line, of those absent near its front
ARGV[1]  epoch    the caller's epoch
ARGV[2]  variants see keys.lua
ARGV[3..] ticket, account, score: three for each of at most 500
Returns  one text per ticket
]]
local reply = {}
for i = 3, #ARGV, 3 do
  reply[#reply + 1] = standing(ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2]))
end
return reply
