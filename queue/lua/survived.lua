--[[
Returns the last event that the stream ever had, even if it has been trimmed since.

KEYS[1]  ev      stream  room events
ARGV     none
Returns  its id, or nothing
]]
if redis.call('EXISTS', EV) == 0 then return false end
local info = redis.call('XINFO', 'STREAM', EV)
for i = 1, #info, 2 do
  if info[i] == 'last-generated-id' then return info[i + 1] end
end
return false
