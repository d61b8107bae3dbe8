/**
 * Who may do what: users, their passwords and rules, and the log of what was refused. It knows no
 * connection and no command's handler.
 */
@org.jspecify.annotations.NullMarked
package io.slotferry.gateway.access;
