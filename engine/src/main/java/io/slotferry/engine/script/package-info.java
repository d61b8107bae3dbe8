/**
 * EVAL, FCALL and their like: scripts and function libraries, what they may do, and how they run.
 */
@org.jspecify.annotations.NullMarked
package io.slotferry.engine.script;
