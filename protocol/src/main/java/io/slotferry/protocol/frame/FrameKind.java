package io.slotferry.protocol.frame;

/**
 * The first byte of every frame between nodes. Codes travel between nodes of different releases:
 * append only, never reuse one.
 *
 * <p>A frame that belongs to a {@link FrameLink} is an envelope (this byte, then what tells the
 * receiver which link it is), the link's header, and a payload.
 */
public enum FrameKind {
  /** Gateway to copy, through a link; the payload is {@link CommandFrameWriter}'s. */
  COMMANDS(1),
  /** Copy to gateway, through the same link; the payload is {@link ReplyFrameWriter}'s. */
  REPLIES(2),
  /** A follower asks its leader for the replication stream. */
  FOLLOW(3),
  /** The replication stream, leader to follower, through a link. */
  STREAM(4),
  /** The same link, follower to leader. */
  STREAM_BACK(5),
  /** A source leader opens the stream of a move. */
  MOVE_OPEN(6),
  /** The stream of a move, source to target, through a link. */
  MOVE_STREAM(7),
  /** The same link, target to source. */
  MOVE_BACK(8),
  /** Messages and subscriptions, between two loops of gateways, through a link. */
  PEERS(9);

  private static final FrameKind[] BY_CODE = new FrameKind[10];

  static {
    for (FrameKind kind : values()) {
      BY_CODE[kind.code] = kind;
    }
  }

  private final int code;

  FrameKind(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  /**
   * The kind with this code.
   *
   * @throws MalformedFrameException if there is none
   */
  public static FrameKind of(int code) {
    if (code < 1 || code >= BY_CODE.length) {
      throw new MalformedFrameException("no kind of frame: " + code);
    }
    return BY_CODE[code];
  }
}
