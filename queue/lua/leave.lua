--[[
Takes a waiting ticket out of line at its shopper's request.

KEYS[1]  ep       hash    see guard.lua
KEYS[2]  cfg      hash    why the line ended
KEYS[3]  intent   hash    account → record
KEYS[4]  inf      zset    in flight, by lease deadline
KEYS[5]  lease    hash    ticket → lease
KEYS[6]  flight   hash    variant → units in flight
KEYS[7]  occ      hash    ticket → account, of admitted and unfinished tickets
KEYS[8]  why      hash    ticket → why it was closed
KEYS[9]  ev       stream  room events
KEYS[10] tally    hash    counts
KEYS[..] fin:     bits of each epoch, of those who are over
KEYS[..] w:       zset of each line
KEYS[..] missed:  zset of each line, of those absent near its front
ARGV[1]  epoch    the caller's epoch
ARGV[2]  variants see keys.lua
ARGV[3]  ticket
ARGV[4]  account
ARGV[5]  score
Returns  evn, `left` or where it is instead
]]
local ticket, account, score = ARGV[3], ARGV[4], tonumber(ARGV[5])
local at = standing(ticket, account, score)
if at == 'waiting' or at == 'missed' then
  local record = record_of(ticket, account)
  finish(ticket, account, score_of(record), LEFT)
  tell('L', mark_of(record))
  at = 'left'
end
return { evn, at }
