package io.slotferry.benchmarks.load;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The commands that a load sends, on random keys {@code key:%012d}. Modes: {@code get} reads,
 * {@code set} writes 16 bytes, {@code mixed} does both in turn, {@code uneven} too, with values of
 * 500 to 1,499 bytes.
 */
final class Commands {
  private static final int SEED = 11;
  private static final int DIGITS = 12;
  private static final int VALUE_BYTES = 16;
  private static final int UNEVEN_BYTES_MIN = 500;
  private static final int UNEVEN_BYTES_MAX = 1_499;
  private static final byte[] GET = ascii("*2\r\n$3\r\nGET\r\n$16\r\nkey:000000000000\r\n");
  private static final byte[] SET = ascii("*3\r\n$3\r\nSET\r\n$16\r\nkey:000000000000\r\n$");
  private static final int DIGITS_START = GET.length - 2 - DIGITS;

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final int keys;
  private final String mode;
  private final int bytesMin;
  private final int bytesMax;
  private boolean write;

  Commands(int keys, String mode) {
    this.keys = keys;
    this.mode = mode;
    boolean uneven = mode.equals("uneven");
    bytesMin = uneven ? UNEVEN_BYTES_MIN : VALUE_BYTES;
    bytesMax = uneven ? UNEVEN_BYTES_MAX : VALUE_BYTES;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  byte[] next() {
    write = mode.equals("set") || (!mode.equals("get") && !write);
    byte[] command = write ? set() : GET.clone();
    int number = random.nextInt(keys);
    for (int at = DIGITS_START + DIGITS - 1; number > 0; at--) {
      command[at] = (byte) ('0' + number % 10);
      number /= 10;
    }
    return command;
  }

  private byte[] set() {
    int length = random.nextInt(bytesMin, bytesMax + 1);
    byte[] header = ascii(length + "\r\n");
    byte[] command = Arrays.copyOf(SET, SET.length + header.length + length + 2);
    System.arraycopy(header, 0, command, SET.length, header.length);
    Arrays.fill(command, SET.length + header.length, command.length - 2, (byte) 'x');
    command[command.length - 2] = '\r';
    command[command.length - 1] = '\n';
    return command;
  }
}
