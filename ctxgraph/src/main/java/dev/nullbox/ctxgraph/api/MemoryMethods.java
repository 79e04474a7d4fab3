package dev.nullbox.ctxgraph.api;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.nullbox.ctxgraph.admission.BufferBudget;
import dev.nullbox.ctxgraph.memory.Blob;
import dev.nullbox.ctxgraph.memory.Memory;
import dev.nullbox.ctxgraph.memory.MemoryKey;
import dev.nullbox.ctxgraph.memory.Node;
import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.ctxgraph.memory.Put;
import dev.nullbox.ctxgraph.memory.Query;
import dev.nullbox.ctxgraph.memory.Source;
import dev.nullbox.ctxgraph.store.SqliteMemory;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.MemoryEvents;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.protocol.api.TransferContract;
import dev.nullbox.rpc.Caller;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.service.EventSink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Methods of {@link MemoryContract} that agents may call too, and the state that their listeners share. */
public final class MemoryMethods {
    /** Longest wait of a large request for its reservation. */
    private static final Duration QUEUE_TIMEOUT = Duration.ofSeconds(10);

    private static final Field<Long> EXPECTED_SEQ = Field.of(MemoryContract.EXPECT.name(), FieldType.COUNT, "");
    private static final Field<String> EXPECTED_ID = Field.of(MemoryContract.EXPECT.name(), FieldType.TEXT, "");

    /** Caller of an agent's calls: the listener identifies the agent, so that there is no user. */
    private static final Caller AGENT = new Caller("", "");

    private final SqliteMemory memory;
    private final EventSink events;
    private final BufferBudget buffers;
    private final Map<String, Function<Principal, RpcMethod>> methods = new LinkedHashMap<>();

    public MemoryMethods(SqliteMemory memory, EventSink events) {
        this(memory, events, new BufferBudget(QUEUE_TIMEOUT));
    }

    /** Records contacts of a run. */
    public void contacted(Principal principal, List<String> contacts) throws RpcException {
        memory.contacted(principal, contacts);
    }

    /** The same with a given budget for buffers that wait for clients. */
    public MemoryMethods(SqliteMemory memory, EventSink events, BufferBudget buffers) {
        this.memory = memory;
        this.events = events;
        this.buffers = buffers;
        offer(MemoryContract.PUT, this::put);
        offer(MemoryContract.DELETE, this::delete);
        methods.put(
                MemoryContract.GET.name(),
                principal -> RpcMethod.of(MemoryContract.GET, (_, request) -> get(principal, request))
                        .quickly(MemoryContract.GET, (_, request) -> tryGet(principal, request)));
        offer(MemoryContract.HEAD_OF, this::head);
        offer(MemoryContract.HISTORY, this::history);
        offer(MemoryContract.LIST, this::list);
        offer(MemoryContract.SEARCH, this::search);
        offer(MemoryContract.WATCH, this::watch);
        offer(MemoryContract.CHUNK_PUT, this::putChunk);
        offer(MemoryContract.CHUNK_GET, this::getChunk);
    }

    @FunctionalInterface
    private interface Handler<R> {
        R handle(Principal principal, Message request) throws RpcException;
    }

    private <R> void offer(Method<R> method, Handler<R> handler) {
        methods.put(
                method.name(), principal -> RpcMethod.of(method, (_, request) -> handler.handle(principal, request)));
    }

    /** Methods for the socket, where operators call. */
    public List<RpcMethod> ofOperators() {
        return methods.values().stream()
                .map(method -> method.apply(Principal.operator()))
                .toList();
    }

    /**
     * Runs one call of an agent.
     *
     * @throws RpcException as the method does; NO_METHOD when there is none of the name for agents
     */
    public JsonElement call(Principal principal, String method, JsonObject params) throws RpcException {
        Function<Principal, RpcMethod> offered = methods.get(method);
        if (offered == null) {
            throw new RpcException(
                    CallReason.NO_METHOD, "there is no method " + method + " here", Fields.METHOD.name());
        }
        return offered.apply(principal).handler().handle(AGENT, params);
    }

    /** Writes as {@link Memory#write} does, and emits the events. */
    public void write(Principal principal, List<Put> puts) throws RpcException {
        List<Memory.Written> written = memory.write(principal, puts);
        for (int i = 0; i < puts.size(); i++) {
            written(principal, puts.get(i).key(), written.get(i));
        }
    }

    /** The store that the methods work on. */
    public SqliteMemory memory() {
        return memory;
    }

    /** Budget of the buffers that wait for clients. */
    public BufferBudget buffers() {
        return buffers;
    }

    private Message put(Principal principal, Message request) throws RpcException {
        boolean isBlob = request.has(MemoryContract.BLOB);
        if (isBlob == request.has(MemoryContract.VALUE)) {
            throw new RpcException(
                    isBlob ? CallReason.UNKNOWN : CallReason.MISSING,
                    "value: give either value or blob",
                    MemoryContract.VALUE.name());
        }
        Put put = new Put(
                key(principal, request),
                isBlob ? Node.Kind.BLOB : Node.Kind.VALUE,
                isBlob
                        ? blob(principal, request.get(MemoryContract.BLOB))
                        : (JsonElement) request.get(MemoryContract.VALUE),
                ids(request, MemoryContract.PARENTS),
                expect(request),
                vector(request));
        return written(principal, put.key(), memory.put(principal, put));
    }

    private JsonElement blob(Principal principal, Message blob) throws RpcException {
        return memory.blob(principal, ids(blob, MemoryContract.CHUNKS), blob.get(MemoryContract.TYPE))
                .encode();
    }

    private Message delete(Principal principal, Message request) throws RpcException {
        MemoryKey key = key(principal, request);
        Put.Expect expect = expect(request);
        return written(
                principal,
                key,
                expect instanceof Put.Anything
                        ? memory.delete(principal, key)
                        : memory.put(principal, Put.tombstone(key, expect)));
    }

    private Message written(Principal principal, MemoryKey key, Memory.Written written) {
        Message result = written(written);
        events.emit(
                MemoryEvents.WRITE,
                result.and(Fields.AGENT.is(principal.agent().text()), MemoryContract.KEY.is(key.text())));
        return result;
    }

    static Message written(Memory.Written written) {
        return Message.of(MemoryContract.ID.is(written.id().hex()), Fields.SEQ.is(written.seq()));
    }

    private Message get(Principal principal, Message request) throws RpcException {
        Optional<String> key = request.find(MemoryContract.KEY);
        Optional<String> id = request.find(MemoryContract.ID);
        if (key.isPresent() == id.isPresent()) {
            throw new RpcException(MemoryReason.KEY_OR_ID, "key: give either key or id", MemoryContract.KEY.name());
        }
        Principal reader = reader(principal, request);
        Memory.Entry entry = (key.isPresent()
                        ? memory.get(reader, key(principal, request))
                        : memory.node(reader, id(request)))
                .orElseThrow(() -> new RpcException(
                        MemoryReason.NOT_FOUND,
                        "there is nothing that " + principal.agent() + " may read",
                        (key.isPresent() ? MemoryContract.KEY : MemoryContract.ID).name()));
        return entry(entry);
    }

    /** The same for most calls of operators, without waiting for another thread; empty for all others. */
    private Optional<Message> tryGet(Principal principal, Message request) throws RpcException {
        boolean isKey = request.has(MemoryContract.KEY);
        if (isKey == request.has(MemoryContract.ID)
                || !reader(principal, request).excluded().isEmpty()) {
            return Optional.empty();
        }
        return (isKey ? memory.tryGet(principal, key(principal, request)) : memory.tryNode(principal, id(request)))
                .map(MemoryMethods::entry);
    }

    private static Message entry(Memory.Entry entry) {
        Node node = entry.node();
        return Message.of(
                MemoryContract.ID.is(entry.id().hex()),
                MemoryContract.KEY.is(node.key().text()),
                MemoryContract.KIND.is(node.kind().text()),
                MemoryContract.VALUE.is(node.value()),
                Fields.SEQ.is(entry.seq()),
                Fields.AGENT.is(node.agent().text()),
                MemoryContract.PARENTS.is(
                        node.parents().stream().map(NodeId::hex).toList()));
    }

    private Message head(Principal principal, Message request) throws RpcException {
        MemoryKey key = key(principal, request);
        return head(memory.head(principal, key)
                .orElseThrow(() ->
                        new RpcException(MemoryReason.NOT_FOUND, key + " holds nothing", MemoryContract.KEY.name())));
    }

    /** A head as {@link MemoryContract#HEAD} has it. */
    public static Message head(Memory.Head head) {
        return Message.of(
                MemoryContract.KEY.is(head.key().text()),
                MemoryContract.ID.is(head.id().hex()),
                Fields.SEQ.is(head.seq()),
                Fields.AGENT.is(head.agent().text()),
                Fields.RUN.is(head.run()),
                MemoryContract.KIND.is(head.kind().text()),
                Fields.BYTES.is(head.bytes()),
                MemoryContract.QUARANTINED.is(head.quarantined()));
    }

    private static Message heads(List<Memory.Head> heads) {
        return Message.of(MemoryContract.ENTRIES.is(
                heads.stream().map(MemoryMethods::head).toList()));
    }

    private Message history(Principal principal, Message request) throws RpcException {
        Memory.Page<Memory.Head> page = memory.history(
                principal,
                key(principal, request),
                request.get(MemoryContract.BEFORE),
                request.getInt(MemoryContract.MAX));
        return heads(page.items()).and(MemoryContract.NEXT_SEQ, page.next().map(Long::valueOf));
    }

    private Message list(Principal principal, Message request) throws RpcException {
        Memory.Page<Memory.Head> page = memory.list(
                reader(principal, request),
                request.get(MemoryContract.PREFIX),
                request.get(MemoryContract.AFTER_KEY),
                request.getInt(MemoryContract.MAX));
        return heads(page.items()).and(MemoryContract.NEXT_KEY, page.next());
    }

    private Message search(Principal principal, Message request) throws RpcException {
        Query query = new Query(
                request.get(MemoryContract.QUERY),
                vector(request),
                request.get(MemoryContract.PREFIX),
                request.getInt(MemoryContract.MAX_FOUND));
        // The score is left out: a word's weight derives from all texts, so that an agent could tell by it whether
        // others use the word.
        boolean scored = query.text().isEmpty() || principal.agent().equals(Principal.OPERATOR);
        return Message.of(MemoryContract.HITS.is(memory.search(reader(principal, request), query).stream()
                .map(hit -> Message.of(
                                MemoryContract.KEY.is(hit.key().text()),
                                MemoryContract.ID.is(hit.id().hex()),
                                Fields.SEQ.is(hit.seq()))
                        .and(MemoryContract.SCORE, scored ? Optional.of(hit.score()) : Optional.empty())
                        .and(MemoryContract.SNIPPET.is(hit.snippet())))
                .toList()));
    }

    private Message watch(Principal principal, Message request) throws RpcException {
        try (Memory.Watch watch =
                memory.watch(principal, request.get(MemoryContract.PREFIX), request.get(MemoryContract.AFTER))) {
            List<Memory.Head> changes = watch.next(Duration.ofMillis(request.get(MemoryContract.WAIT_MS)));
            return heads(changes).and(MemoryContract.AFTER.is(watch.position()));
        }
    }

    private Message putChunk(Principal principal, Message request) throws RpcException {
        byte[] data = request.get(TransferContract.DATA);
        return Message.of(
                MemoryContract.CHUNK.is(memory.putChunk(principal, data).hex()), Fields.BYTES.is((long) data.length));
    }

    private Message getChunk(Principal principal, Message request) throws RpcException {
        NodeId id = id(request);
        Principal reader = reader(principal, request);
        Blob blob = memory.blob(reader, id);
        return Message.of(
                TransferContract.DATA.is(memory.chunk(reader, id, request.getInt(MemoryContract.INDEX))),
                MemoryContract.CHUNK_COUNT.is((long) blob.chunks().size()),
                MemoryContract.SIZE.is(blob.size()));
    }

    /** The principal, without what the request excludes. */
    private static Principal reader(Principal principal, Message request) throws RpcException {
        return principal.excluding(parsed(request, MemoryContract.NOT_INFLUENCED_BY, Source::parse));
    }

    private static MemoryKey key(Principal principal, Message request) throws RpcException {
        return parse(request.get(MemoryContract.KEY), principal::key, MemoryContract.KEY.name());
    }

    static NodeId id(Message request) throws RpcException {
        return parse(request.get(MemoryContract.ID), NodeId::new, MemoryContract.ID.name());
    }

    static List<NodeId> ids(Message request, Field<List<String>> field) throws RpcException {
        return parsed(request, field, NodeId::new);
    }

    private static <T> List<T> parsed(Message request, Field<List<String>> field, Function<String, T> type)
            throws RpcException {
        List<T> all = new ArrayList<>();
        for (String text : request.find(field).orElse(List.of())) {
            all.add(parse(text, type, field + "[" + all.size() + "]"));
        }
        return all;
    }

    /** Parses a name, or refuses it as INVALID_PARAMS with the field. */
    public static <T> T parse(String text, Function<String, T> type, String field) throws RpcException {
        try {
            return type.apply(text);
        } catch (IllegalArgumentException e) {
            throw new RpcException(MemoryReason.SYNTAX, field + ": " + e.getMessage(), field);
        }
    }

    /**
     * The expected head: an id, a sequence number, null for a key that holds nothing, or any when the parameter is left
     * out.
     */
    private static Put.Expect expect(Message request) throws RpcException {
        if (!(request.find(MemoryContract.EXPECT).orElse(null) instanceof JsonElement expect)) {
            return new Put.Anything();
        }
        if (expect.isJsonNull()) {
            return new Put.Nothing();
        }
        JsonObject one = Codec.encode(MemoryContract.EXPECT.is(expect));
        if (expect instanceof JsonPrimitive primitive && primitive.isNumber()) {
            return new Put.Seq(Codec.decodeRequest(List.of(EXPECTED_SEQ), one).get(EXPECTED_SEQ));
        }
        String id = Codec.decodeRequest(List.of(EXPECTED_ID), one).get(EXPECTED_ID);
        return new Put.Head(parse(id, NodeId::new, EXPECTED_ID.name()));
    }

    private static List<Float> vector(Message request) throws RpcException {
        Optional<List<Double>> vector = request.find(MemoryContract.VECTOR);
        if (vector.isPresent() && (vector.get().isEmpty() || vector.get().size() > MemoryContract.MAX_DIMENSIONS)) {
            throw new RpcException(
                    CallReason.WRONG_TYPE,
                    "vector: must be a list of 1 to " + MemoryContract.MAX_DIMENSIONS + " numbers",
                    MemoryContract.VECTOR.name());
        }
        return vector.orElse(List.of()).stream().map(Double::floatValue).toList();
    }
}
