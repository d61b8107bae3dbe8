/** RESP: requests, replies and numbers as they stand on the wire. Plain JDK; knows no data. */
@org.jspecify.annotations.NullMarked
package io.slotferry.protocol;
