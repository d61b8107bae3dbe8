-- What every script finds around it. Runs once in each interpreter, before any script, and returns
-- the functions that Java starts scripts with.
--
-- Three things are done here and not in Java: errors are raised (a jump over a frame of Java kills
-- the process), tables are sealed (this Lua knows no read-only tables: a script gets an empty
-- table in front of the real one), and protected calls are made in coroutines, so that a script
-- that runs for long can be stopped inside of them and continued later.

local invoke, library, FUNCTION_IDS, null, version, versionNumber = ...

local error, type, select, tostring = error, type, select, tostring
local getmetatable, setmetatable, rawget, rawequal = getmetatable, setmetatable, rawget, rawequal
local pairs, next, pcall = pairs, next, pcall
local create, resume, yield, running = coroutine.create, coroutine.resume, coroutine.yield, coroutine.running
local find, match, gmatch, gsub = string.find, string.match, string.gmatch, string.gsub
local dump, clock = string.dump, os.clock

-- ---- native functions: library(id, ...) gives true and the results, or false and the message

local function results(ok, ...)
  if ok then
    return ...
  end
  -- Levels: this function, the one below (its frame is lost in the tail call), the script.
  error((...), 3)
end

local function native(name)
  local id = FUNCTION_IDS[name]
  return function(...)
    return results(library(id, ...))
  end
end

-- The same for functions whose errors are error replies.
local function replies(ok, ...)
  if ok then
    return ...
  end
  error({err = (...)}, 0)
end

local function redisnative(name)
  local id = FUNCTION_IDS[name]
  return function(...)
    return replies(library(id, ...))
  end
end

local isPausing = FUNCTION_IDS['isPausing']
local mayYield = FUNCTION_IDS['mayYield']

-- ---- sealed tables

local READONLY = 'Attempt to modify a readonly table'
local sealed = setmetatable({}, {__mode = 'k'})
local bare

local function refuse()
  error(READONLY, 2)
end

local function seal(real)
  local proxy = {}
  sealed[proxy] = real
  return setmetatable(proxy, {__index = real, __newindex = refuse, __metatable = bare})
end

bare = seal({})
getmetatable(bare).__metatable = bare

-- ---- coroutines that can be paused
--
--   Java ── resume ──► script ── pcall ──► worker          the hook pauses the worker ...
--   Java ◄── yield ─── script ◄── yield ── worker          ... and all that wait for it pause too
--   Java ── resume ──► script ── resume ─► worker          later they go on, from the outside in

-- A coroutine that was resumed here has stopped because of a pause: this one has to stop as well,
-- unless a function of C waits for it.
local function pause()
  if library(mayYield) then
    yield()
  end
end

local NO_YIELD = 'attempt to yield across metamethod/C-call boundary'
local DONE = {}
local idle = {}

local function work(f, ...)
  return work(yield(DONE, f(...)))
end

local function message(err)
  if type(err) == 'table' then
    local text = rawget(err, 'err')
    if type(text) == 'string' or type(text) == 'number' then
      return text
    end
  end
  return err
end

local function finish(worker, ok, mark, ...)
  if not ok then
    return false, mark
  end
  if rawequal(mark, DONE) then
    idle[#idle + 1] = worker
    return true, ...
  end
  if library(isPausing) then
    pause()
    return finish(worker, resume(worker))
  end
  -- The function itself has yielded: that goes to whoever has resumed this coroutine.
  if library(FUNCTION_IDS.isBase) then
    return false, NO_YIELD
  end
  return finish(worker, resume(worker, yield(mark, ...)))
end

local function protected(f, ...)
  if type(f) ~= 'function' then
    return pcall(f, ...)
  end
  local worker = idle[#idle]
  if worker then
    idle[#idle] = nil
  else
    worker = create(work)
  end
  return finish(worker, resume(worker, f, ...))
end

local function resumed(co, ok, ...)
  if ok and library(isPausing) then
    pause()
    return resumed(co, resume(co))
  end
  return ok, ...
end

local function unwrapped(ok, ...)
  if ok then
    return ...
  end
  local err = ...
  error(err, type(err) == 'string' and 3 or 0)
end

-- ---- patterns: matching recurses in C, once for each repetition that a pattern contains, and a
-- ---- replacement by a function holds a large buffer on C's stack

local PATTERN_BYTES_MAX = 2048
local REPLACEMENTS_NESTED_MAX = 20
local replacing = 0

local function checked(pattern)
  if type(pattern) == 'string' and #pattern > PATTERN_BYTES_MAX and find(pattern, '[%*%+%-%?%(]') then
    error('pattern too complex', 3)
  end
end

local function replaced(...)
  replacing = replacing - 1
  return ...
end

local strings = string

function strings.find(s, pattern, init, plain)
  if not plain then
    checked(pattern)
  end
  return find(s, pattern, init, plain)
end

function strings.match(s, pattern, init)
  checked(pattern)
  return match(s, pattern, init)
end

function strings.gmatch(s, pattern)
  checked(pattern)
  return gmatch(s, pattern)
end
strings.gfind = strings.gmatch

function strings.gsub(s, pattern, replacement, ...)
  checked(pattern)
  if type(replacement) ~= 'function' and type(replacement) ~= 'table' then
    return gsub(s, pattern, replacement, ...)
  end
  if replacing >= REPLACEMENTS_NESTED_MAX then
    error('C stack overflow', 2)
  end
  replacing = replacing + 1
  return replaced(gsub(s, pattern, replacement, ...))
end

local text = getmetatable('')
text.__index = strings
text.__metatable = bare

-- ---- globals

local G = {_VERSION = _VERSION}

for _, name in pairs({
  'assert', 'error', 'gcinfo', 'ipairs', 'rawequal', 'select', 'tonumber', 'tostring', 'type', 'unpack',
}) do
  G[name] = _G[name]
end

local function caught(depth, ok, ...)
  replacing = depth
  if ok then
    return true, ...
  end
  return false, message((...))
end

function G.pcall(...)
  if select('#', ...) == 0 then
    error("bad argument #1 to 'pcall' (value expected)", 2)
  end
  return caught(replacing, protected(...))
end

local function handled(depth, handler, ok, ...)
  replacing = depth
  if ok then
    return true, ...
  end
  return false, (handler((...)))
end

-- The handler runs after the stack was given up: one that runs inside could not be stopped.
function G.xpcall(f, handler)
  return handled(replacing, handler, protected(f))
end

local function isTable(t, name)
  if type(t) ~= 'table' then
    local got = t == nil and 'nil' or type(t)
    error("bad argument #1 to '" .. name .. "' (table expected, got " .. got .. ')', 3)
  end
end

function G.next(t, key)
  isTable(t, 'next')
  return next(sealed[t] or t, key)
end

function G.pairs(t)
  isTable(t, 'pairs')
  return pairs(sealed[t] or t)
end

function G.rawget(t, key)
  isTable(t, 'rawget')
  return rawget(sealed[t] or t, key)
end

local rawset = rawset

function G.rawset(t, key, value)
  isTable(t, 'rawset')
  if sealed[t] then
    error(READONLY, 0)
  end
  return rawset(t, key, value)
end

G.getmetatable = getmetatable

function G.setmetatable(t, meta)
  if sealed[t] then
    error(READONLY, 0)
  end
  return setmetatable(t, meta)
end

function G.collectgarbage(option)
  return collectgarbage(option == 'count' and 'count' or 'collect')
end

-- Environments: whatever is not a script's is not for scripts.
local setfenv, loadstring = setfenv, loadstring
local current

-- Compiled code would be taken without a check.
function G.loadstring(code, name)
  if type(code) ~= 'string' and type(code) ~= 'number' then
    error("bad argument #1 to 'loadstring' (string expected, got " .. type(code) .. ')', 2)
  end
  code = tostring(code)
  if code:byte() == 27 then
    return nil, 'attempt to load a binary chunk'
  end
  local f, err = loadstring(code, name or code)
  if f then
    setfenv(f, current)
  end
  return f, err
end

function G.load(reader, name)
  local parts = {}
  while true do
    local part = reader()
    if part == nil or part == '' then
      break
    end
    if type(part) ~= 'string' then
      return nil, 'reader function must return a string'
    end
    parts[#parts + 1] = part
  end
  return G.loadstring(table.concat(parts), name or '=(load)')
end

G.coroutine = seal({
  create = create,
  running = function()
    local co = running()
    if library(FUNCTION_IDS.isBase) then
      return nil
    end
    return co
  end,
  status = coroutine.status,
  resume = function(co, ...)
    return resumed(co, resume(co, ...))
  end,
  wrap = function(f)
    local co = create(f)
    return function(...)
      return unwrapped(resumed(co, resume(co, ...)))
    end
  end,
  yield = function(...)
    if library(FUNCTION_IDS.isBase) then
      error(NO_YIELD, 0)
    end
    return yield(...)
  end,
})

-- ---- libraries

local function named(prefix, names, into)
  into = into or {}
  for _, name in pairs(names) do
    into[name] = native(prefix .. '.' .. name)
  end
  return into
end

local mathematics = named('math', {'random', 'randomseed'}, math)
G.math = seal(mathematics)
G.table = seal(table)
G.string = seal(strings)
G.os = seal({clock = clock})
G.bit = seal(named('bit', {
  'tobit', 'bnot', 'band', 'bor', 'bxor', 'lshift', 'rshift', 'arshift', 'rol', 'ror', 'bswap', 'tohex',
}))
G.struct = seal(named('struct', {'pack', 'unpack', 'size'}))
G.cmsgpack = seal(named('cmsgpack', {'pack', 'unpack', 'unpack_one', 'unpack_limit'}, {
  _NAME = 'cmsgpack',
  _VERSION = 'lua-cmsgpack 0.4.0',
}))
G.cjson = seal(named('cjson', {
  'encode', 'decode', 'encode_sparse_array', 'encode_max_depth', 'decode_max_depth', 'encode_number_precision',
  'encode_keep_buffer', 'encode_invalid_numbers', 'decode_invalid_numbers',
}, {
  _NAME = 'cjson',
  _VERSION = '2.1.0',
  null = null,
}))

-- ---- redis

local function logging(into)
  into.log = redisnative('redis.log')
  into.LOG_DEBUG, into.LOG_VERBOSE, into.LOG_NOTICE, into.LOG_WARNING = 0, 1, 2, 3
  into.REDIS_VERSION, into.REDIS_VERSION_NUM = version, versionNumber
  into.SERVER_NAME = 'redis'
  return into
end

local api = {}

function api.call(...)
  local result, failed = invoke(...)
  if failed then
    error(result, 0)
  end
  return result
end

function api.pcall(...)
  local result = invoke(...)
  return result
end

local function reply(field)
  return function(...)
    local value = ...
    if select('#', ...) ~= 1 or type(value) ~= 'string' then
      return {err = 'ERR wrong number or type of arguments'}
    end
    if field == 'err' then
      value = value:gsub('^%-', '')
      if not value:find(' ', 1, true) then
        value = 'ERR ' .. value
      end
      value = value:gsub('[\r\n]+$', '')
    end
    return {[field] = value}
  end
end

api.error_reply = reply('err')
api.status_reply = reply('ok')
api.sha1hex = redisnative('redis.sha1hex')
api.setresp = redisnative('redis.setresp')
api.acl_check_cmd = redisnative('redis.acl_check_cmd')
api.set_repl = redisnative('redis.set_repl')
api.REPL_NONE, api.REPL_AOF, api.REPL_SLAVE, api.REPL_REPLICA, api.REPL_ALL = 0, 1, 2, 2, 3

logging(api)

-- ---- the two kinds of scripts

local function absent(_, name)
  error("Script attempted to access nonexistent global variable '" .. tostring(name) .. "'", 2)
end

local function environment(globals)
  local env = seal(setmetatable(globals, {__index = absent}))
  globals._G = env
  return env
end

local function copied(from)
  local copy = {}
  for name, value in pairs(from) do
    copy[name] = value
  end
  return copy
end

-- EVAL: KEYS and ARGV are globals.
local evalApi = copied(api)
evalApi.breakpoint = function() return false end
evalApi.debug = function() end
evalApi.replicate_commands = function() return true end

local evalGlobals = copied(G)
evalGlobals.redis = seal(evalApi)
evalGlobals.server = evalGlobals.redis
evalGlobals.KEYS, evalGlobals.ARGV = {}, {}
local evalEnvironment = environment(evalGlobals)

local function eval(f, keys, arguments)
  evalGlobals.KEYS, evalGlobals.ARGV = keys, arguments
  current, replacing = evalEnvironment, 0
  return f()
end

-- Functions: keys and arguments are theirs. While a library is loaded, it has little else than
-- register_function.
local register = redisnative('redis.register_function')
local functionApi = copied(api)

local functionGlobals = copied(G)
functionGlobals.redis = seal(functionApi)
functionGlobals.server = functionGlobals.redis

local loadGlobals = {redis = seal(setmetatable(logging({register_function = register}), {__index = absent}))}
loadGlobals.server = loadGlobals.redis
setmetatable(loadGlobals, {__index = absent})

setmetatable(functionGlobals, {__index = absent})
local functionMeta = {__index = functionGlobals, __newindex = refuse, __metatable = bare}
local functionEnvironment = setmetatable({}, functionMeta)
sealed[functionEnvironment] = functionGlobals
functionGlobals._G = functionEnvironment

local function call(f, keys, arguments)
  functionMeta.__index = functionGlobals
  current, replacing = functionEnvironment, 0
  return f(keys, arguments)
end

local function loading(f)
  functionMeta.__index = loadGlobals
  current, replacing = functionEnvironment, 0
  f()
end

-- Compiled code is given its environment; Java then looks at the calls in it.
local function adopt(f, isFunction)
  return setfenv(f, isFunction and functionEnvironment or evalEnvironment), dump(f)
end

-- At each depth of calls through C, whether what Java reads out of a state says so.
local function probe()
  local agrees = FUNCTION_IDS.agrees
  local one, two
  pcall(function()
    one = library(agrees, 1)
    pcall(function()
      two = library(agrees, 2)
    end)
  end)
  return library(agrees, 0) and one and two
end

return eval, call, loading, adopt, probe
