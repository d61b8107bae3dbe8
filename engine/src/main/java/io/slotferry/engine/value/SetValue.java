package io.slotferry.engine.value;

/** Placeholder of the type's room. */
public abstract non-sealed class SetValue extends Value {}
