package io.slotferry.engine.lua;

/** A library function: takes its arguments, pushes its results. */
@FunctionalInterface
interface LuaFunction {
  /**
   * @return how many results were pushed
   * @throws ScriptException what the script gets as an error
   */
  int call(Arguments arguments);
}
