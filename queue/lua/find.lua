--[[
Finds the live ticket of an account.

KEYS[1]  ep      hash    see guard.lua
KEYS[2]  w:      prefix of the lanes
KEYS[3]  missed  zset    of those absent near the front
KEYS[4]  intent  hash    ticket → line
KEYS[5]  own     hash    account → its live ticket
KEYS[6]  lease   hash    ticket → lease
KEYS[7]  occ     set     admitted and unfinished tickets
ARGV[1]  epoch   the caller's epoch
ARGV[2]  account
Returns  state|ticket|line, or nothing
]]
local ticket = redis.call('HGET', OWN, ARGV[2])
if not ticket then return false end
return state_of(ticket) .. '|' .. ticket .. '|' .. redis.call('HGET', INTENT, ticket)
