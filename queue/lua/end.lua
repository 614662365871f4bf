--[[
Ends a line: joins and admissions are refused from now on. The first reason stays.

KEYS[1]  ep      hash    see guard.lua
KEYS[2]  cfg     hash    gets the reason
KEYS[3]  ev      stream  room events
ARGV[1]  epoch   the caller's epoch
ARGV[2]  reason
Returns  the reason in force
]]
if redis.call('HSETNX', CFG, 'ended', ARGV[2]) == 1 then tell('E', '', ARGV[2]) end
return redis.call('HGET', CFG, 'ended')
