package io.slotferry.engine.rdb;

/** Takes the elements of a packed form, one after another. */
@FunctionalInterface
interface Elements {
  void element(byte[] element);
}
