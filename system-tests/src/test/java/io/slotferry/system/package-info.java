/** Whole clusters from outside: the launcher, its output, clients, kills and moves under load. */
package io.slotferry.system;
