package dev.nullbox.ctxgraph.memory;

import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.RpcException;
import java.util.List;
import java.util.stream.Stream;

/**
 * Identity that reads or writes, taken from the channel: an agent in one of its runs, or the operator.
 *
 * @param agent the name under which it writes
 * @param run the run that cage counts; 0 where none is known
 * @param manifest SHA-256 of the agent's AGENT.toml, 64 lower-case hexadecimal digits, or empty where none is known
 * @param read the keys that it may read
 * @param write the keys that it may write
 * @param maxBytes most bytes of disk for its writes, history included
 * @param maxWritesPerMinute most writes in a minute
 * @param excluded reads return nothing that one of these influenced; heads are returned all the same, as they hold no
 *     value
 */
public record Principal(
        PrincipalName agent,
        long run,
        String manifest,
        List<KeyGlob> read,
        List<KeyGlob> write,
        long maxBytes,
        long maxWritesPerMinute,
        List<Source> excluded) {
    /** No agent may have this name: a manifest's begins with a letter or a digit. */
    public static final PrincipalName OPERATOR = new PrincipalName("_operator");

    private static final List<KeyGlob> EVERYTHING = List.of(new KeyGlob("*"));

    public Principal {
        read = List.copyOf(read);
        write = List.copyOf(write);
        excluded = List.copyOf(excluded);
    }

    /** The principal of the Unix socket: may read and write everything, without quota. */
    public static Principal operator() {
        return new Principal(OPERATOR, 0, "", EVERYTHING, EVERYTHING, Long.MAX_VALUE, Long.MAX_VALUE, List.of());
    }

    /** An agent of which only the name is known: it has its own space. */
    public static Principal ofName(PrincipalName agent) {
        List<KeyGlob> own = ownSpace(agent);
        long maxBytes = (long) MemoryContract.DEFAULT_MAX_MB << 20;
        return new Principal(agent, 0, "", own, own, maxBytes, MemoryContract.DEFAULT_WRITES, List.of());
    }

    /** The same with further excluded sources. */
    public Principal excluding(List<Source> more) {
        List<Source> all = Stream.concat(excluded.stream(), more.stream()).toList();
        return new Principal(agent, run, manifest, read, write, maxBytes, maxWritesPerMinute, all);
    }

    /** All keys in the space that has the agent's name. */
    public static List<KeyGlob> ownSpace(PrincipalName agent) {
        return List.of(new KeyGlob(agent + "/*"));
    }

    /** The key that this principal means by the text; see {@link MemoryKey#of}. */
    public MemoryKey key(String text) {
        return agent.equals(OPERATOR) ? new MemoryKey(text) : MemoryKey.of(agent, text);
    }

    public boolean mayRead(MemoryKey key) {
        return matches(read, key);
    }

    /**
     * Refuses a read that no pattern grants.
     *
     * @throws RpcException DENIED, SCOPE
     */
    public void requireRead(MemoryKey key) throws RpcException {
        require(MemoryContract.READ, read, key);
    }

    /**
     * Refuses a write that no pattern grants.
     *
     * @throws RpcException DENIED, SCOPE
     */
    public void requireWrite(MemoryKey key) throws RpcException {
        require(MemoryContract.WRITE, write, key);
    }

    private void require(Field<?> what, List<KeyGlob> granted, MemoryKey key) throws RpcException {
        if (!matches(granted, key)) {
            throw new RpcException(
                    MemoryReason.SCOPE,
                    agent + " may not " + what + " " + key + ": its AGENT.toml grants " + granted,
                    MemoryContract.KEY.name());
        }
    }

    private static boolean matches(List<KeyGlob> patterns, MemoryKey key) {
        return patterns.stream().anyMatch(pattern -> pattern.matches(key));
    }
}
