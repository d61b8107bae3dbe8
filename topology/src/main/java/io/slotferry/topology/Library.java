package io.slotferry.topology;

import java.util.List;

/**
 * A library of functions that clients call by FCALL.
 *
 * @param code its whole text, as FUNCTION LOAD has brought it; not to be changed
 * @param functions what it registers when it is loaded
 */
public record Library(String name, byte[] code, List<Function> functions) {
  public Library {
    functions = List.copyOf(functions);
  }

  /**
   * @param description empty when there is none
   */
  public record Function(String name, String description, List<String> flags) {
    public Function {
      flags = List.copyOf(flags);
    }
  }
}
