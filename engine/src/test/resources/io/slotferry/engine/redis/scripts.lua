return redis.call('set', KEYS[1], 'v')
--
return redis.call('get', KEYS[1])
--
return {1, 'a', {true, false}, nil, 5}
--
return 100.9
--
return -100.9
--
return redis.call('nosuch')
--
return redis.pcall('nosuch')
--

local x = 1
error('broken')
--
error('broken', 0)
--
error('broken', 2)
--
error({err = 'MY custom'})
--
error()
--
return foo
--
foo = 1
--
KEYS = nil
--
return {
--
return ) x
--
return select(2, pcall(redis.call, 'nosuch'))
--
return {pcall(function(...) return ... end, 1, 2, 3)}
--
return {pcall(error, {err = 'ERR x'})}
--
return {pcall(error, 'plain')}
--
return {pcall(function() error() end)}
--
return {xpcall(function() error('a', 0) end, function(e) return 'handled ' .. e end)}
--
return {xpcall(function() return 1, 2 end, function(e) return e end)}
--
local co = coroutine.wrap(function(a) local b = coroutine.yield(a + 1) return b * 2 end)
return {co(1), co(5)}
--
local co = coroutine.create(function() error('inside', 0) end)
local ok, err = coroutine.resume(co)
return {tostring(ok), err, coroutine.status(co)}
--
return tostring(coroutine.running())
--
return cjson.encode({1, 2, 'x', {true, false, cjson.null}})
--
return cjson.encode({a = {}})
--
return cjson.encode('\0\1\31"\\/\b\f\n\r\tx\127\200é')
--
return {cjson.encode(0), cjson.encode(-0.5), cjson.encode(1e15), cjson.encode(123456789012345), cjson.encode(1/3), cjson.encode(1e-7), cjson.encode(2^53)}
--
return cjson.encode(1/0)
--
return cjson.encode({[1] = 1, [1000] = 2})
--
return cjson.encode({[1] = 1, [5] = 2})
--
return cjson.encode({[1.5] = 'x'})
--
return cjson.encode(print ~= nil)
--
return cjson.encode(redis.call)
--
return cjson.encode()
--
return cjson.encode({[{}] = 1})
--
local t = {} for i = 1, 1100 do t = {t} end return cjson.encode(t)
--
local s = string.rep('[', 1001) .. string.rep(']', 1001) return cjson.decode(s)
--
local d = cjson.decode('{"a":[1,2,{"b":null}],"c":1.5,"d":true,"e":"\\u00e9\\n\\ud83d\\ude00"}')
return {d.a[1], tostring(d.a[3].b == cjson.null), tostring(d.c), tostring(d.d), d.e, type(d.a[3].b)}
--
return cjson.decode('{"a":')
--
return cjson.decode('[1,]')
--
return cjson.decode('{"a" 1}')
--
return cjson.decode('{"a":1,}')
--
return cjson.decode('[1 2]')
--
return cjson.decode('"abc')
--
return cjson.decode('"\\x"')
--
return cjson.decode('"\\ud800x"')
--
return cjson.decode('nul')
--
return cjson.decode('[1] x')
--
return cjson.decode('')
--
return cjson.decode(nil)
--
return {tostring(cjson.decode('0x1F')), tostring(cjson.decode('-1.5e3')), tostring(cjson.decode('inf')), tostring(cjson.decode('01'))}
--
return {tostring(cjson.encode_sparse_array(true, 3, 5)), cjson.encode({[1] = 1, [100] = 2}), tostring(cjson.encode_sparse_array(false, 2, 10))}
--
return {cjson.encode_max_depth(2), tostring(pcall(cjson.encode, {{{1}}})), cjson.encode_max_depth(1000)}
--
return {cjson.encode_number_precision(3), cjson.encode(3.14159), cjson.encode_number_precision(14)}
--
return {tostring(cjson.encode_invalid_numbers('null')), cjson.encode(0/0), tostring(cjson.encode_invalid_numbers(false))}
--
return cjson.encode_max_depth(0)
--
return cmsgpack.pack(1, -5, 127, 128, -33, 65536, 2^40, -2^40, 'abc', 1.5, 0.1, true, false, nil)
--
return cmsgpack.pack({1, 2, 3})
--
return cmsgpack.pack({a = 1})
--
return cmsgpack.pack(string.rep('x', 40))
--
return {cmsgpack.unpack(cmsgpack.pack(1, -5, 'abc', {1, 2, {3}}, 1.5, true))}
--
return cmsgpack.pack()
--
return cmsgpack.unpack('\217')
--
return cmsgpack.unpack('\193')
--
return {cmsgpack.unpack_one('\1\2\3')}
--
return {cmsgpack.unpack_one('\1\2\3', 2)}
--
return {cmsgpack.unpack_limit('\1\2\3', 2)}
--
return {cmsgpack.unpack_limit('\1\2\3', 2, 9)}
--
return {cmsgpack.unpack_limit('\1\2\3', -1)}
--
local t = {} t[1] = t return cmsgpack.pack(t)
--
return {struct.unpack('>hbs', struct.pack('>hbs', 300, -2, 'hello'))}
--
return struct.pack('<!4bi2Hd', 1, 2, 3, 4.5)
--
return struct.pack('>LlTfc3', 1, -1, 2, 1.5, 'abcdef')
--
return {struct.unpack('bc0', '\3abcdef')}
--
return {struct.unpack('B', 'abc', 3)}
--
return struct.unpack('i', 'ab')
--
return struct.unpack('c0', 'ab')
--
return struct.unpack('s', 'ab')
--
return struct.pack('z', 1)
--
return struct.pack('i99', 1)
--
return struct.pack('c5', 'ab')
--
return {struct.size('hi'), struct.size('!8bd'), struct.size('>i3')}
--
return struct.size('s')
--
return {bit.band(0xff, 0x0f, 7), bit.bor(1, 2, 4), bit.bxor(5, 1), bit.bnot(0), bit.tobit(2^32 + 5), bit.tohex(255, 4), bit.tohex(255, -4), bit.tohex(-1)}
--
return {bit.lshift(1, 31), bit.rshift(-1, 28), bit.arshift(-256, 4), bit.rol(0x12345678, 8), bit.ror(0x12345678, 8), bit.bswap(0x12345678)}
--
return bit.band('x')
--
return bit.band()
--
setmetatable(_G, {})
--
local g = getmetatable(_G)
g.__index = {}
--
redis.call = function() end
--
string.find = nil
--
_G = {}
--
return loadfile('x')
--
return dofile('x')
--
print('x')
--
return io
--
return require
--
math.randomseed(10) return {tostring(math.random()), math.random(10), math.random(5, 6)}
--
return math.random(0)
--
return redis.sha1hex('')
--
return redis.sha1hex('', 1)
--
return redis.error_reply('Custom')
--
return redis.error_reply('-CODE Custom')
--
return redis.error_reply('TWO words')
--
return redis.status_reply('FINE')
--
return redis.status_reply(1)
--
return redis.setresp(4)
--
redis.setresp(3) return redis.call('hgetall', 'h')
--
redis.call('hset', 'h', 'f', 'v') redis.setresp(3) return redis.call('hgetall', 'h').map.f
--
redis.setresp(3) return redis.call('hgetall', 'h')
--
redis.setresp(3) redis.call('sadd', 's', 'm') return redis.call('smembers', 's')
--
redis.setresp(3) redis.call('zadd', 'z', '1.5', 'm') return redis.call('zscore', 'z', 'm')
--
redis.setresp(3) return redis.call('get', 'nosuch')
--
redis.setresp(3) return type(redis.call('zscore', 'z', 'm').double)
--
redis.setresp(3) return {true, false}
--
return {double = 3.5}
--
return {map = {a = 1}}
--
return {set = {a = true}}
--
return {big_number = '123'}
--
return {verbatim_string = {string = 'text', format = 'txt'}}
--
return {ok = 'fine\r\nx'}
--
return {err = 'ERR x\r\ny'}
--
return redis.call()
--
return redis.call('set', {}, 1)
--
return redis.call('set', 'x')
--
return redis.pcall('set', 'x')
--
return redis.call('eval', 'return 1', 0)
--
return redis.pcall('lpush', 'k', 'x')
--
return redis.call('lpush', 'k', 'x')
--
return redis.call('ping')
--
return redis.call('echo', 'x')
--
return {redis.call('incr', 'n'), redis.call('incrbyfloat', 'n', 1.5), redis.call('set', 'n', 3.7), redis.call('get', 'n'), redis.call('set', 'n', 10), redis.call('get', 'n')}
--
return {redis.call('set', 'n', 1e15), redis.call('get', 'n'), redis.call('set', 'n', 12345678901234), redis.call('get', 'n')}
--
return loadstring('return KEYS[1]')()
--
return type(loadstring('return ('))
--
return load(coroutine.wrap(function() coroutine.yield('return ') coroutine.yield('1') end))()
--
return ('x'):rep(3) .. ('abc'):upper() .. ('a,b'):gsub(',', function() return ';' end)
--
return {string.find('hello', 'l+'), string.match('key=val', '(%w+)=(%w+)'), string.format('%5.2f|%d|%s|%q', 1.5, 3, 'x', 'y')}
--
return string.rep('=', 10):find('=', 3)
--
local t = nil
return t.x
--
return 1 + {}
--
return #ARGV .. ARGV[1] .. KEYS[1]
--
local t = {} for k in pairs({a = 1}) do t[#t + 1] = k end return t
--
return pairs(nil)
--
return setmetatable({1, 2}, {__index = function() error('no') end})
--
return tostring(1e15) .. tostring(0.1) .. tostring(2^63) .. 10 / 2
--
return redis.breakpoint()
--
return redis.replicate_commands()
--
return redis.set_repl(9)
--
return redis.log(1)
--
return redis.log('x', 'y')
--
return redis.log(9, 'y')
--
return tostring(redis.nosuch)
--
return unpack({1, 2, 3})
--
return table.concat({1, 2, 3}, ',')
--
local t = {3, 1, 2} table.sort(t) return t
--
return {rawequal(1, 1) and 1 or 0, rawget({5}, 1), select('#', 1, 2)}
--
return {tonumber('0x10'), tonumber('z', 36), tonumber('abc') == nil and 'nil'}
--
return 'a' < 1
--
#!lua
return 1
--
#!lua flags=no-writes
return redis.call('set', 'x', 'y')
--
#!lua flags=no-writes
return redis.call('get', 'x')
--
#!lua flags=bad
return 1
--
#!lua name=x
return 1
--
#!python
return 1
--
#!lua
return foo

--
return rawset(_G, 'x', 1)
--
return rawget(_G, 'redis') == redis
--
return getfenv
--
return redis.call('echo')