/**
 * Output of agents, kept in a bounded ring of files for each: its bytes as they came, with wall-clock times, the two streams
 * apart. A thread that reads from a guest gives bytes away and never waits: one thread for all writes them. Output that it
 * is too slow for is counted, and the count stands in its place.
 */
@NullMarked
package dev.nullbox.cage.log;

import org.jspecify.annotations.NullMarked;
