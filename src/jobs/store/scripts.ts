/**
 * What must happen in one act on Redis. Redis runs a script whole or not at all, one at a time.
 * The keys are few and the store is one server, so scripts share one prefix given as KEYS[1] and build the rest.
 */

/**
 * KEYS: prefix, run list. ARGV: run, expect, now, lease token or "", closes 0|1, where the ledger ends, number of keys, keys…, then for each entry its text
 * and its hash in the ledger. Answers "done", or "conflict", "lost" or "moved" (the ledger ends elsewhere) with where it ends, and nothing is written.
 */
export const APPEND = `
local p, list, run = KEYS[1], KEYS[2], ARGV[1]
local last = redis.call('XREVRANGE', p..'ledger', '+', '-', 'COUNT', 1)[1]
local place, hash = 0, string.rep('0', 64)
if last then
  for i = 1, #last[2], 2 do
    if last[2][i] == 'place' then place = tonumber(last[2][i + 1]) or 0 end
    if last[2][i] == 'hash' then hash = last[2][i + 1] end
  end
end
local ends = string.format('%d:%s', place, hash)
if ARGV[4] ~= '' and redis.call('GET', p..'lease:'..run) ~= ARGV[4] then return {'lost', ends} end
local length = redis.call('LLEN', list)
if length ~= tonumber(ARGV[2]) then return {'conflict', ends} end
if ARGV[6] ~= ends then return {'moved', ends} end
local keys = tonumber(ARGV[7])
for i = 8, 7 + keys do redis.call('HSET', p..'keys', ARGV[i], run) end
for i = 8 + keys, #ARGV, 2 do
  place = place + 1
  redis.call('RPUSH', list, ARGV[i])
  redis.call('XADD', p..'ledger', '*', 'run', run, 'entry', ARGV[i], 'place', string.format('%d', place), 'before', hash, 'hash', ARGV[i + 1])
  hash = ARGV[i + 1]
end
if length == 0 then
  redis.call('SADD', p..'open', run)
  redis.call('ZADD', p..'recent', ARGV[3], run)
end
if ARGV[5] == '1' then
  redis.call('SREM', p..'open', run)
  redis.call('DEL', p..'progress:'..run)
  redis.call('HDEL', p..'watches', run)
  redis.call('ZREM', p..'lockqueue', run)
  redis.call('HDEL', p..'lockwishes', run)
  for _, resource in ipairs(redis.call('SMEMBERS', p..'locksof:'..run)) do redis.call('HDEL', p..'lock:'..resource, run) end
  redis.call('DEL', p..'locksof:'..run)
end
return {'done', string.format('%d:%s', place, hash)}
`;

/** KEYS: lease key. ARGV: token, ttl. Answers 1 while the lease is held. */
export const RENEW = `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('PEXPIRE', KEYS[1], ARGV[2]) return 1 end
return 0
`;

export const DROP = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`;

/** KEYS: prefix. ARGV: run, now, wishes as JSON [{resource, as}]. Answers JSON: the holders in the way, [] when all is locked. */
export const LOCK = `
local p, run, wishes = KEYS[1], ARGV[1], cjson.decode(ARGV[3])
local place = redis.call('ZRANK', p..'lockqueue', run)
local before = {}
if place then
  if place > 0 then before = redis.call('ZRANGE', p..'lockqueue', 0, place - 1) end
else
  before = redis.call('ZRANGE', p..'lockqueue', 0, -1)
end
local ahead = {}
for _, other in ipairs(before) do
  local text = redis.call('HGET', p..'lockwishes', other)
  if text then
    for _, w in ipairs(cjson.decode(text)) do ahead[#ahead + 1] = { run = other, resource = w.resource, as = w.as } end
  end
end
local function clash(a, b) return a == 'changes' or b == 'changes' end
local holders = {}
for _, w in ipairs(wishes) do
  local held = redis.call('HGETALL', p..'lock:'..w.resource)
  -- who holds it already waits for nobody's turn at it
  local mine = redis.call('HEXISTS', p..'lock:'..w.resource, run) == 1
  for i = 1, #held, 2 do
    if held[i] ~= run and clash(held[i + 1], w.as) then holders[#holders + 1] = { resource = w.resource, run = held[i] } end
  end
  for _, a in ipairs(ahead) do
    if not mine and a.resource == w.resource and clash(a.as, w.as) then holders[#holders + 1] = { resource = w.resource, run = a.run } end
  end
end
if #holders > 0 then
  redis.call('ZADD', p..'lockqueue', 'NX', ARGV[2], run)
  redis.call('HSET', p..'lockwishes', run, ARGV[3])
  return cjson.encode(holders)
end
redis.call('ZREM', p..'lockqueue', run)
redis.call('HDEL', p..'lockwishes', run)
for _, w in ipairs(wishes) do
  redis.call('HSET', p..'lock:'..w.resource, run, w.as)
  redis.call('SADD', p..'locksof:'..run, w.resource)
end
return '[]'
`;

/** KEYS: prefix. ARGV: run, then resources; none means all, and the place in the queue too. */
export const UNLOCK = `
local p, run = KEYS[1], ARGV[1]
local list = {}
if #ARGV == 1 then
  list = redis.call('SMEMBERS', p..'locksof:'..run)
  redis.call('ZREM', p..'lockqueue', run)
  redis.call('HDEL', p..'lockwishes', run)
else
  for i = 2, #ARGV do list[#list + 1] = ARGV[i] end
end
for _, resource in ipairs(list) do
  redis.call('HDEL', p..'lock:'..resource, run)
  redis.call('SREM', p..'locksof:'..run, resource)
end
return #list
`;

/** KEYS: prefix. ARGV: from, to. */
export const HAND = `
local p, from, to = KEYS[1], ARGV[1], ARGV[2]
for _, resource in ipairs(redis.call('SMEMBERS', p..'locksof:'..from)) do
  local as = redis.call('HGET', p..'lock:'..resource, from)
  redis.call('HDEL', p..'lock:'..resource, from)
  redis.call('HSET', p..'lock:'..resource, to, as)
  redis.call('SADD', p..'locksof:'..to, resource)
end
redis.call('DEL', p..'locksof:'..from)
return 1
`;
