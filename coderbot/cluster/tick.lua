-- One tick of one host, in one step: its beat, and all that it wants of leases.
--
-- KEYS: state (hash), members (hash), leases (hash).
-- ARGV: what the host asks (MessagePack), its sealed entry, the channel for waking.
--
-- A member is "RUN BEAT ENTRY"; a lease is "HOST RUN FENCE MARKS".

local STATE, MEMBERS, LEASES = KEYS[1], KEYS[2], KEYS[3]
local ask = cmsgpack.unpack(ARGV[1])
local changed = false

local function lease_of(record)
  if not record then return nil end
  local host, run, fence, marks = string.match(record, '^(%S+) (%S+) (%d+) (%S+)$')
  if not host or #fence > 15 then return nil end
  return {host = host, run = run, fence = tonumber(fence), marks = marks}
end

local function write(key, host, run, fence, marks)
  redis.call('HSET', LEASES, key,
    host .. ' ' .. run .. ' ' .. string.format('%.0f', fence) .. ' ' .. marks)
  changed = true
end

local function is_mine(lease)
  return lease and lease.host == ask.host and lease.run == ask.run
end

-- What Redis remembers. Nothing, or less than the host has seen there before: it was
-- flushed, restarted, or replaced by a replica that lagged. Then all leases are void,
-- each host takes again what it runs, and nothing else is taken until that is over.
local state = redis.call('HMGET', STATE, 'marker', 'settled', 'version', 'fence')
local marker, settled = state[1], state[2] == '1'
local version, fence = tonumber(state[3] or '0'), tonumber(state[4] or '0')
local forgot = not marker or (marker == ask.marker and version < ask.version)
if forgot or fence >= 9e14 then -- A number like that was never reached by counting.
  redis.call('DEL', LEASES)
  local time = redis.call('TIME')
  fence = time[1] * 1000 + math.floor(time[2] / 1000)
  marker, settled, version, changed = ask.fresh, false, 0, true
end
if ask.floor < 9e14 then fence = math.max(fence, ask.floor) end

-- Who is there.
local members, beats = redis.call('HGETALL', MEMBERS), {}
for i = 1, #members, 2 do
  local run, beat = string.match(members[i + 1], '^(%S+) (%d+) ')
  if run then beats[members[i]] = {run = run, beat = tonumber(beat)} end
end
local own = beats[ask.host]
if own and own.run ~= ask.run and not ask.joins then
  return cmsgpack.pack({usurped = true})
end
if ask.leaves then
  redis.call('HDEL', MEMBERS, ask.host)
else
  redis.call('HSET', MEMBERS, ask.host,
    string.format('%s %.0f ', ask.run, ask.beat) .. ARGV[2])
end

-- What the host holds: taken again where Redis has forgotten it.
if #ask.holds > 0 then
  local keys = {}
  for i, hold in ipairs(ask.holds) do keys[i] = hold[1] end
  local records = redis.call('HMGET', LEASES, unpack(keys))
  for i, hold in ipairs(ask.holds) do
    local key, since, marks = hold[1], hold[2], hold[3]
    local lease = lease_of(records[i])
    if is_mine(lease) then
      if lease.marks ~= marks then write(key, ask.host, ask.run, lease.fence, marks) end
    elseif not lease or lease.fence < since then
      fence = math.max(fence + 1, since)
      write(key, ask.host, ask.run, fence, marks)
    else
      -- All are to look: somebody else may have written it.
      changed = true
    end
  end
end

-- What it takes: only what is as it has seen it, and whose holder has not beaten since.
if settled then
  for _, take in ipairs(ask.takes) do
    local key, seen, run, beat, marks = take[1], take[2], take[3], take[4], take[5]
    local record = redis.call('HGET', LEASES, key)
    local holder = seen ~= '' and beats[string.match(seen, '^(%S+)')]
    local silent = not holder or holder.run ~= run or holder.beat == beat
    if (record or '') == seen and silent then
      fence = fence + 1
      write(key, ask.host, ask.run, fence, marks)
    end
  end
end

-- What it gives away: to a session that is there, or to nobody.
local woken = {}
for _, give in ipairs(ask.gives) do
  local key, host, run, marks = give[1], give[2], give[3], give[4]
  if is_mine(lease_of(redis.call('HGET', LEASES, key))) then
    if host ~= '' and beats[host] and beats[host].run == run then
      fence = fence + 1
      write(key, host, run, fence, marks)
      woken[host] = true
    else
      redis.call('HDEL', LEASES, key)
      changed = true
      woken['*'] = true
    end
  end
end

for _, forget in ipairs(ask.forgets) do
  local dead = beats[forget[1]]
  if dead and string.format('%s %.0f ', dead.run, dead.beat) == forget[2] then
    redis.call('HDEL', MEMBERS, forget[1])
  end
end

if ask.settles == marker and not settled then
  settled, changed = true, true
end
if changed then
  version = version + 1
  redis.call('HSET', STATE, 'marker', marker, 'settled', settled and '1' or '0',
    'version', string.format('%.0f', version), 'fence', string.format('%.0f', fence))
end
for host in pairs(woken) do redis.call('PUBLISH', ARGV[3], host) end

local leases = nil
if changed or marker ~= ask.marker or version ~= ask.version then
  leases = redis.call('HGETALL', LEASES)
end
return cmsgpack.pack({
  usurped = false, marker = marker, settled = settled, version = version,
  members = members, leases = leases,
})
