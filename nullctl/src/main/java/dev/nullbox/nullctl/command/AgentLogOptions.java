package dev.nullbox.nullctl.command;

import dev.nullbox.nullctl.terminal.ShortDuration;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.LogContract;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options of {@code nullctl logs AGENT} that select lines, and the form of their times. */
final class AgentLogOptions {
    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "None before: 90s, 10m, 2h or 3d ago, or 2026-11-29T06:00:00Z.")
    private Optional<String> since = Optional.empty();

    @Option(names = "--run", paramLabel = "N", description = "Only of this run of the agent.")
    private Optional<Long> run = Optional.empty();

    @Option(
            names = {"-p", "--previous"},
            description = "Only of the run before the latest.")
    private boolean previous;

    @Option(names = "--grep", paramLabel = "TEXT", description = "Only lines that have this text in them.")
    private Optional<String> grep = Optional.empty();

    @Option(
            names = {"-t", "--timestamps"},
            description = "Begin each line with the time when it came.")
    private boolean timestamps;

    boolean hasTimes() {
        return timestamps;
    }

    /** The request for an agent's lines. */
    Message query(String agent) throws UsageException {
        if (previous && run.isPresent()) {
            throw new UsageException("--run and --previous both name a run: leave one out");
        }
        if (run.isPresent() && run.get() < 0) {
            throw new UsageException("--run is 0 or more");
        }
        Message query = Message.of(Fields.AGENT.is(agent), LogContract.PREVIOUS.is(previous))
                .and(Fields.RUN, run)
                .and(LogContract.GREP, grep);
        return since.isPresent() ? query.and(LogContract.SINCE.is(millis(since.get(), Instant.now()))) : query;
    }

    /** Parses a time, in ms since 1970 UTC. */
    static long millis(String text, Instant now) throws UsageException {
        Optional<Duration> ago = ShortDuration.parse(text);
        if (ago.isPresent()) {
            return Math.max(0, now.minus(ago.get()).toEpochMilli());
        }
        try {
            return Math.max(0, OffsetDateTime.parse(text).toInstant().toEpochMilli());
        } catch (DateTimeParseException e) {
            throw new UsageException(
                    "--since is a number with s, m, h or d, or a time like 2026-11-29T06:00:00Z, not " + text);
        }
    }

    /** Refuses these options for records of the appliance, which they do not apply to. */
    void rejectAll() throws UsageException {
        if (since.isPresent() || run.isPresent() || grep.isPresent() || previous || timestamps) {
            throw new UsageException(
                    "--since, --run, --previous, --grep and --timestamps are of an agent: nullctl logs AGENT");
        }
    }
}
