--[[
The families of keys, which follow the fixed ones: every key that a script may touch is declared, or
a cluster that moves the slot would tear the script in two.

FIXED  number of fixed keys, set before this file
LANES  the lanes, one byte each, the first served first; set before this file

Defines `VARIANTS`, the room's variants as the caller knows them (16 bytes each, one line a lane and
variant), and `family`, which takes the next keys.
]]
local VARIANTS = ARGV[2]
local N_LINES = #LANES * #VARIANTS / 16

local function family(size)
  local keys = {}
  for n = 1, size do keys[n] = KEYS[FIXED + n] end
  FIXED = FIXED + size
  return keys
end
