--[[
The families of keys, which follow the fixed ones: every key that a script may touch is declared, or
a cluster that moves the slot would tear the script in two.

FIXED  number of fixed keys, set before this file

A room has a line for each of its lanes and variants. `SHAPE` is what the caller knows of them: the
variants, 16 bytes each, then the lanes beside the normal one, a byte each, in order. There are three of
those at most, so the length tells which are which.

Defines `VARIANTS` and `LANES`, the normal lane first, and `family`, which takes the next keys.
]]
local SHAPE = ARGV[2]
local VARIANTS, LANES = string.sub(SHAPE, 1, #SHAPE - #SHAPE % 16), { '\0' }
for at = #VARIANTS + 1, #SHAPE do LANES[#LANES + 1] = string.sub(SHAPE, at, at) end
local N_LINES = #LANES * #VARIANTS / 16

local function family(size)
  local keys = {}
  for n = 1, size do keys[n] = KEYS[FIXED + n] end
  FIXED = FIXED + size
  return keys
end
