/**
 * The settings of a process: one table of them, read from a YAML file, the environment and options.
 */
@NullMarked
package io.slotferry.server.config;

import org.jspecify.annotations.NullMarked;
