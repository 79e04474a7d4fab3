package dev.nullbox.protocol;

import java.util.List;

/** Events of ctxgraph. */
public final class MemoryEvents {
    public static final Field<Long> DAMAGED = Field.of("damaged", FieldType.COUNT, "how many");

    public static final Event WRITE = Event.of(
            "memory.write", "a key has a new head", Fields.AGENT, MemoryContract.KEY, MemoryContract.ID, Fields.SEQ);
    public static final Event ATTACHED =
            Event.of("memory.attached", "an agent's listener is open", Fields.AGENT, Fields.ADDRESS);
    public static final Event DETACHED = Event.of("memory.detached", "it is closed", Fields.AGENT, Fields.ADDRESS);
    public static final Event QUARANTINED = Event.of(
            "memory.quarantined",
            "nodes are held back",
            MemoryContract.QUARANTINE,
            MemoryContract.INFLUENCED_BY,
            MemoryContract.NODE_COUNT);
    public static final Event RELEASED =
            Event.of("memory.released", "they no longer are", MemoryContract.QUARANTINE, MemoryContract.NODE_COUNT);
    public static final Event REWOUND = Event.of(
            "memory.rewound",
            "a former head was written anew",
            MemoryContract.KEY,
            MemoryContract.TO,
            MemoryContract.ID,
            Fields.SEQ);
    public static final Event IMPORTED =
            Event.of("memory.imported", "an export was added", MemoryContract.NODE_COUNT, MemoryContract.ENTRY_COUNT);
    public static final Event RESTORING =
            Event.of("memory.restoring", "a backup will take the store's place", TransferContract.SHA256);
    public static final Event RESTORED = Event.of("memory.restored", "it has");
    public static final Event DAMAGE_FOUND =
            Event.of("memory.damaged", "something stored is damaged", AgentContract.PROBLEM);
    public static final Event CHECKED =
            Event.of("memory.checked", "the whole store was read", MemoryContract.NODE_COUNT, DAMAGED, Fields.MS);
    public static final List<Event> ALL = List.of(
            WRITE,
            ATTACHED,
            DETACHED,
            QUARANTINED,
            RELEASED,
            REWOUND,
            IMPORTED,
            RESTORING,
            RESTORED,
            DAMAGE_FOUND,
            CHECKED);

    private MemoryEvents() {}
}
