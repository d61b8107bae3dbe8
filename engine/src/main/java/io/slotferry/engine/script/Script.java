package io.slotferry.engine.script;

/**
 * Something that can be run.
 *
 * @param name the SHA-1 of a script, the name of a function: what errors call it
 * @param reference the compiled function in the interpreter
 */
record Script(String name, int reference, int flags, byte[] body) {
  boolean is(int flag) {
    return (flags & flag) != 0;
  }
}
