package dev.nullbox.ctxgraph.memory;

import dev.nullbox.rpc.RpcException;
import java.util.List;

/**
 * Who reads or writes, as the channel tells it: an agent in one of its runs, or the operator.
 *
 * @param agent whose writes they are
 * @param run the run that cage counts; 0 where none was told
 * @param manifest SHA-256 of the agent's AGENT.toml, 64 lower-case hexadecimal digits, or empty where none was told
 * @param read the keys that it may read
 * @param write the keys that it may write
 * @param maxBytes what its writes may take of the disk, history included
 * @param maxWritesPerMinute how many writes it may make in a minute
 */
public record Actor(
        AgentName agent,
        long run,
        String manifest,
        List<KeyPattern> read,
        List<KeyPattern> write,
        long maxBytes,
        long maxWritesPerMinute) {
    public static final int DEFAULT_MAX_MB = 64;
    public static final int DEFAULT_WRITES_PER_MINUTE = 600;

    /** No agent may have this name: a manifest's begins with a letter or a digit. */
    public static final AgentName OPERATOR = new AgentName("_operator");

    private static final List<KeyPattern> EVERYTHING = List.of(new KeyPattern("*"));

    public Actor {
        read = List.copyOf(read);
        write = List.copyOf(write);
    }

    /** Who comes by the Unix socket: may read and write everything, without quota. */
    public static Actor operator() {
        return new Actor(OPERATOR, 0, "", EVERYTHING, EVERYTHING, Long.MAX_VALUE, Long.MAX_VALUE);
    }

    /** An agent of whom nothing is known but its name: it has its own space. */
    public static Actor ofName(AgentName agent) {
        List<KeyPattern> own = ownSpace(agent);
        return new Actor(agent, 0, "", own, own, (long) DEFAULT_MAX_MB << 20, DEFAULT_WRITES_PER_MINUTE);
    }

    /** All keys in the space that has the agent's name. */
    public static List<KeyPattern> ownSpace(AgentName agent) {
        return List.of(new KeyPattern(agent + "/*"));
    }

    /** The key that this one means by the text; see {@link MemoryKey#of}. */
    public MemoryKey key(String text) {
        return agent.equals(OPERATOR) ? new MemoryKey(text) : MemoryKey.of(agent, text);
    }

    public boolean mayRead(MemoryKey key) {
        return matches(read, key);
    }

    boolean mayWrite(MemoryKey key) {
        return matches(write, key);
    }

    /**
     * Refuses a read that no pattern grants.
     *
     * @throws RpcException DENIED, SCOPE
     */
    public void requireRead(MemoryKey key) throws RpcException {
        if (!mayRead(key)) {
            throw outOfScope("read", key, read);
        }
    }

    /**
     * Refuses a write that no pattern grants.
     *
     * @throws RpcException DENIED, SCOPE
     */
    public void requireWrite(MemoryKey key) throws RpcException {
        if (!mayWrite(key)) {
            throw outOfScope("write", key, write);
        }
    }

    private RpcException outOfScope(String what, MemoryKey key, List<KeyPattern> patterns) {
        return new RpcException(
                RpcException.Code.DENIED,
                "SCOPE",
                agent + " may not " + what + " " + key + ": its AGENT.toml grants " + patterns,
                "key");
    }

    private static boolean matches(List<KeyPattern> patterns, MemoryKey key) {
        for (KeyPattern pattern : patterns) {
            if (pattern.matches(key)) {
                return true;
            }
        }
        return false;
    }
}
