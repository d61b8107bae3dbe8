"""Measures Slotferry beside redis-server and twemproxy, and writes what came out to RESULTS.md."""
