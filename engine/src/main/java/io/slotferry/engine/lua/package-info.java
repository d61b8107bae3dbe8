/**
 * Lua 5.1 for scripts: the native library called through the foreign function interface, one
 * interpreter for each shard copy, and the libraries that scripts expect (cjson, cmsgpack, struct,
 * bit). Knows nothing of commands: see {@link io.slotferry.engine.script}.
 */
@org.jspecify.annotations.NullMarked
package io.slotferry.engine.lua;
