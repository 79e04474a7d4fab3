package dev.nullbox.protocol.api;

import dev.nullbox.protocol.Event;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Service;

/** Events of ctxgraph. */
public final class MemoryEvents {
    static final Contract CONTRACT = new Contract(Service.CTXGRAPH);

    public static final Field<Long> DAMAGED = Field.of("damaged", FieldType.COUNT, "how many");

    public static final Event WRITE = CONTRACT.event("memory.write", "a key has a new head")
            .with(Fields.AGENT, MemoryContract.KEY, MemoryContract.ID, Fields.SEQ);
    public static final Event ATTACHED =
            CONTRACT.event("memory.attached", "an agent's listener is open").with(Fields.AGENT, Fields.ADDRESS);
    public static final Event DETACHED =
            CONTRACT.event("memory.detached", "it is closed").with(Fields.AGENT, Fields.ADDRESS);
    public static final Event QUARANTINED = CONTRACT.event("memory.quarantined", "nodes are quarantined")
            .with(MemoryContract.QUARANTINE, MemoryContract.INFLUENCED_BY, MemoryContract.NODE_COUNT);
    public static final Event RELEASED = CONTRACT.event("memory.released", "they no longer are")
            .with(MemoryContract.QUARANTINE, MemoryContract.NODE_COUNT);
    public static final Event REWOUND = CONTRACT.event("memory.rewound", "a former head was written anew")
            .with(MemoryContract.KEY, MemoryContract.TO, MemoryContract.ID, Fields.SEQ);
    public static final Event IMPORTED = CONTRACT.event("memory.imported", "an export was added")
            .with(MemoryContract.NODE_COUNT, MemoryContract.ENTRY_COUNT);
    public static final Event RESTORING = CONTRACT.event("memory.restoring", "a backup will take the store's place")
            .with(TransferContract.SHA256);
    public static final Event RESTORED =
            CONTRACT.event("memory.restored", "it has").with();
    public static final Event DAMAGE_FOUND =
            CONTRACT.event("memory.damaged", "something stored is damaged").with(AgentContract.PROBLEM);
    public static final Event CHECKED =
            CONTRACT.event("memory.checked", "the whole store was read").with(DAMAGED, Fields.MS);

    private MemoryEvents() {}
}
