package io.slotferry.protocol.frame;

/** What became of one command of a frame. Codes are append-only. */
public enum ReplyOutcome {
  /** The reply follows. */
  REPLIED(0),
  /** It was not executed: route it again. */
  NOT_HERE(1),
  /** It was executed, or may have been, and its effect may be lost. */
  UNCERTAIN(2),
  /** It waits for a key and has changed nothing; another outcome follows. */
  WAITING(3),
  /** No command's: {@link io.slotferry.protocol.shard.KeyEventRecord records} follow. */
  EVENTS(4);

  private static final ReplyOutcome[] BY_CODE = {REPLIED, NOT_HERE, UNCERTAIN, WAITING, EVENTS};

  private final int code;

  ReplyOutcome(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  static ReplyOutcome of(int code) {
    if (code < 0 || code >= BY_CODE.length) {
      throw new MalformedFrameException("no outcome: " + code);
    }
    return BY_CODE[code];
  }
}
