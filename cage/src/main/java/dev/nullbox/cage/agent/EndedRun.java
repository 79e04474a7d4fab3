package dev.nullbox.cage.agent;

import dev.nullbox.protocol.Message;

/**
 * Run beside an agent's own that is over.
 *
 * @param program the first word of its command
 * @param operator the operator who began it
 * @param begunMillis time of its begin, in ms since 1970 UTC
 * @param endedMillis time of its end, likewise
 * @param exit how it ended, as answers have it
 */
public record EndedRun(
        String agent, long number, String program, String operator, long begunMillis, long endedMillis, Message exit) {}
