package io.slotferry.engine.lua;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import java.util.List;

/** What a script reaches outside of its interpreter. Called on the interpreter's thread. */
public interface ScriptHost {
  /**
   * Executes a command for the script.
   *
   * @param request valid only during the call
   * @param reply gets exactly one reply; an error is one
   */
  void call(Request request, ReplyWriter reply);

  /** {@code redis.setresp}: the protocol of the replies from now on, 2 or 3. */
  void useProtocol(int version);

  /**
   * Whether the script's user may send this command.
   *
   * @throws ScriptException if there is no such command
   */
  boolean mayCall(Request request);

  /** {@code redis.log}, with Redis' levels: 0 debug, 1 verbose, 2 notice, 3 warning. */
  void log(int level, String message);

  /** Asked now and then while a script runs: whether it should make room for others. */
  boolean shouldPause();

  /**
   * {@code redis.register_function}; {@code callback} is a {@link Interpreter#release reference}.
   */
  void register(String name, String description, List<String> flags, int callback);
}
