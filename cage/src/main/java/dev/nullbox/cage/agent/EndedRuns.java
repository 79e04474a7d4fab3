package dev.nullbox.cage.agent;

import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.protocol.api.GatewayContract;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Runs beside agents' own that are over: kept for a day, the latest of each agent and of all, in one file that outlives
 * this process. For any thread.
 */
public final class EndedRuns {
    /** Most runs of one agent. */
    static final int MAX_OF_AGENT = 32;
    /** Most runs of all agents. */
    static final int MAX = 512;

    /** Time for which a run is kept. */
    static final Duration KEPT = Duration.ofDays(1);

    private static final int MAX_BYTES = 4 << 20;

    private static final Field<List<Message>> RUNS = Field.of(
            "ended_runs",
            FieldType.listOf(FieldType.struct(
                    Fields.AGENT,
                    Fields.RUN,
                    AgentContract.PROGRAM,
                    GatewayContract.CLIENT,
                    AgentContract.BEGUN_AT,
                    AgentContract.ENDED_AT,
                    AgentContract.EXIT)),
            "");

    private final Path file;
    private final LongSupplier millis;
    /** In the order in which they ended. */
    private final List<EndedRun> all = new ArrayList<>();

    private EndedRuns(Path file, LongSupplier millis) {
        this.file = file;
        this.millis = millis;
    }

    /**
     * Loads them; a file that cannot be read is reported and left out.
     *
     * @param millis since 1970 UTC
     */
    public static EndedRuns load(Path file, LongSupplier millis) {
        EndedRuns runs = new EndedRuns(file, millis);
        try {
            runs.read(file);
        } catch (IOException | RpcException | IllegalStateException e) {
            System.err.println("cage: tasks that were over before are not listed: " + file + ": " + e.getMessage());
        }
        return runs;
    }

    private void read(Path file) throws IOException, RpcException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        }
        if (bytes.length > MAX_BYTES) {
            throw new IOException("it has more than " + MAX_BYTES + " bytes");
        }
        for (Message run : Codec.decodeOpen(List.of(RUNS), Json.parse(bytes).getAsJsonObject())
                .get(RUNS)) {
            all.add(new EndedRun(
                    run.get(Fields.AGENT),
                    run.get(Fields.RUN),
                    run.get(AgentContract.PROGRAM),
                    run.get(GatewayContract.CLIENT),
                    run.get(AgentContract.BEGUN_AT),
                    run.get(AgentContract.ENDED_AT),
                    run.get(AgentContract.EXIT)));
        }
        dropOld();
    }

    /** Adds a run; one that cannot be written is known to this process alone. */
    synchronized void add(EndedRun run) {
        all.add(run);
        dropOld();
        write();
    }

    private void dropOld() {
        long oldest = millis.getAsLong() - KEPT.toMillis();
        all.removeIf(run -> run.endedMillis() < oldest);
        for (String agent : all.stream().map(EndedRun::agent).distinct().toList()) {
            long over = all.stream().filter(run -> run.agent().equals(agent)).count() - MAX_OF_AGENT;
            for (Iterator<EndedRun> runs = all.iterator(); over > 0 && runs.hasNext(); ) {
                if (runs.next().agent().equals(agent)) {
                    runs.remove();
                    over--;
                }
            }
        }
        while (all.size() > MAX) {
            all.removeFirst();
        }
    }

    private void write() {
        Message content = Message.of(RUNS.is(all.stream()
                .map(run -> Message.of(
                        Fields.AGENT.is(run.agent()),
                        Fields.RUN.is(run.number()),
                        AgentContract.PROGRAM.is(run.program()),
                        GatewayContract.CLIENT.is(run.operator()),
                        AgentContract.BEGUN_AT.is(run.begunMillis()),
                        AgentContract.ENDED_AT.is(run.endedMillis()),
                        AgentContract.EXIT.is(run.exit())))
                .toList()));
        try {
            AtomicFile.replace(file, Json.bytes(Codec.encode(content)));
        } catch (IOException e) {
            System.err.println("cage: ended tasks are not listed any more after a restart: " + e
                    + "; free space on the data partition");
        }
    }

    /** All that are kept, in the order in which they ended. */
    synchronized List<EndedRun> all() {
        dropOld();
        return List.copyOf(all);
    }

    /** The run of an agent and a number, as long as it is kept. */
    synchronized Optional<EndedRun> find(String agent, long number) {
        return all.stream()
                .filter(run -> run.number() == number && run.agent().equals(agent))
                .findFirst();
    }

    /** The greatest number among the kept runs of an agent, or 0. */
    synchronized long lastNumber(String agent) {
        return all.stream()
                .filter(run -> run.agent().equals(agent))
                .mapToLong(EndedRun::number)
                .max()
                .orElse(0);
    }

    /** Forgets the runs of a removed agent. */
    synchronized void forget(String agent) {
        if (all.removeIf(run -> run.agent().equals(agent))) {
            write();
        }
    }
}
