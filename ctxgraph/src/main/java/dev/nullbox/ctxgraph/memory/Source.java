package dev.nullbox.ctxgraph.memory;

/** Source of influence on a node: an agent, or another node. */
public sealed interface Source {
    /** Everything that the agent wrote. */
    record ByAgent(PrincipalName agent) implements Source {
        @Override
        public String text() {
            return agent.text();
        }
    }

    /** A node. */
    record ByNode(NodeId id) implements Source {
        @Override
        public String text() {
            return id.hex();
        }
    }

    /** The form that {@link #parse} reads. */
    String text();

    /**
     * Parses a source as operators name it: 64 hexadecimal digits are a node, anything else is an agent.
     *
     * @throws IllegalArgumentException when it is neither
     */
    static Source parse(String text) {
        return NodeId.isId(text) ? new ByNode(new NodeId(text)) : new ByAgent(new PrincipalName(text));
    }
}
