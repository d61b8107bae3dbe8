package io.slotferry.server.importer;

/** An import cannot go on, for a reason that its user can do something about. */
public final class ImportException extends Exception {
  private static final long serialVersionUID = 1;

  /**
   * @param reason one line, which says what to do next
   */
  public ImportException(String reason) {
    super(reason);
  }
}
