/** What the tests that compare with a real Redis share: see its report in CONTRIBUTING.md. */
package io.slotferry.protocol.differential;
