package io.slotferry.server.simulation;

import io.slotferry.server.verify.Findings;
import io.slotferry.server.verify.ListHistory;
import io.slotferry.server.verify.Operation.Append;
import io.slotferry.server.verify.Operation.ListRead;
import io.slotferry.server.verify.Operation.Read;
import io.slotferry.server.verify.Operation.Write;
import io.slotferry.server.verify.RegisterHistory;
import io.slotferry.topology.Slots;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** What the clients saw, key by key, and the keys. */
final class SimulatedHistory {
  static final int LISTS = 6;
  static final int REGISTERS = 3;

  private static final Map<String, Integer> PARTITIONS = new HashMap<>();

  static {
    for (int i = 0; i < LISTS; i++) {
      PARTITIONS.put(list(i), slotOf(list(i)));
    }
    for (int i = 0; i < REGISTERS; i++) {
      PARTITIONS.put(register(i), slotOf(register(i)));
    }
  }

  private final Map<String, ListHistory> lists = new TreeMap<>();
  private final Map<String, RegisterHistory> registers = new TreeMap<>();
  private final Map<String, long[]> last = new HashMap<>();
  private int sessions;

  SimulatedHistory() {
    for (int i = 0; i < LISTS; i++) {
      lists.put(list(i), new ListHistory(list(i)));
    }
    for (int i = 0; i < REGISTERS; i++) {
      registers.put(register(i), new RegisterHistory(register(i)));
    }
  }

  static String list(int number) {
    return "list:" + number;
  }

  static String register(int number) {
    return "register:" + number;
  }

  private static int slotOf(String key) {
    return Slots.slotOf(key.getBytes(StandardCharsets.UTF_8));
  }

  static int partition(String key) {
    return PARTITIONS.get(key);
  }

  int nextSession() {
    return ++sessions;
  }

  void add(String list, Append append) {
    lists.get(list).add(append);
  }

  /** The newest read of a list is what it holds at the end. */
  void add(String list, ListRead read) {
    lists.get(list).add(read);
    last.put(list, read.elements());
  }

  void add(String register, Write write) {
    registers.get(register).add(write);
  }

  void add(String register, Read read) {
    registers.get(register).add(read);
  }

  /** To be called when the last reads of all lists have ended, after all else. */
  Findings check() {
    Findings findings = new Findings();
    lists.forEach((key, list) -> list.check(last.getOrDefault(key, new long[0]), findings));
    registers.values().forEach(register -> register.check(findings));
    return findings;
  }
}
