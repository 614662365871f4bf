--[[
Finds the live ticket of an account.

KEYS[1]  ep       hash    see guard.lua
KEYS[2]  intent   hash    account → record
KEYS[3]  lease    hash    ticket → lease
KEYS[4]  occ      hash    ticket → account, of admitted and unfinished tickets
KEYS[..] w:       zset of each line
KEYS[..] missed:  zset of each line, of those absent near its front
ARGV[1]  epoch    the caller's epoch
ARGV[2]  variants see keys.lua
ARGV[3]  account
Returns  state, record; nothing if it has none
]]
local record = redis.call('HGET', INTENT, ARGV[3])
if not record then return false end
return { state_of(ticket_of(record), ARGV[3], record), record }
