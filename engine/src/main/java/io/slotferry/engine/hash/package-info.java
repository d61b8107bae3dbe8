/** The hash of keys and of fields, on which every copy has to agree. */
@NullMarked
package io.slotferry.engine.hash;

import org.jspecify.annotations.NullMarked;
