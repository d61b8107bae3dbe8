/** {@code slotferry verify}: a load whose history is recorded, and the checks of that history. */
@NullMarked
package io.slotferry.server.verify;

import org.jspecify.annotations.NullMarked;
