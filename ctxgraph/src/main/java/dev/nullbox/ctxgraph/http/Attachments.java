package dev.nullbox.ctxgraph.http;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import dev.nullbox.ctxgraph.api.MemoryMethods;
import dev.nullbox.ctxgraph.memory.KeyGlob;
import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.ctxgraph.memory.PrincipalName;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Value;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.MemoryEvents;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.KeyPattern;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.service.AtomicFile;
import dev.nullbox.service.EventSink;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The open listeners of agents' runs, one for each. They are kept in a file on the boot's own tmpfs, so that a restarted
 * service reopens them by itself.
 *
 * <p>Only root attaches (cage), so that the latest attachment of an address counts: an address that now belongs to
 * another agent is first taken from the one that had it.
 */
public final class Attachments implements AutoCloseable {
    private static final int MAX_LISTENERS = 64;

    private final Path file;
    private final MemoryMethods methods;
    private final HttpRoute.Factory more;
    private final EventSink events;
    private final Map<InetSocketAddress, Attachment> attached = new LinkedHashMap<>();

    /** Request of an attachment and its listener. */
    private record Attachment(Message request, AgentHttpServer listener) {
        AgentName agent() {
            return request.get(MemoryContract.AGENT);
        }

        Value<String> address() {
            return Fields.ADDRESS.is(listener.address().getAddress().getHostAddress());
        }
    }

    private Attachments(Path file, MemoryMethods methods, HttpRoute.Factory more, EventSink events) {
        this.file = file;
        this.methods = methods;
        this.more = more;
        this.events = events;
    }

    /**
     * Reopens what the file names; a listener whose address is gone is left out.
     *
     * @param more further routes of each
     * @throws IOException when the file cannot be read or written
     */
    public static Attachments restore(Path file, MemoryMethods methods, HttpRoute.Factory more, EventSink events)
            throws IOException {
        Attachments attachments = new Attachments(file, methods, more, events);
        if (Files.exists(file)) {
            attachments.reopen();
        }
        return attachments;
    }

    private synchronized void reopen() throws IOException {
        try {
            for (JsonElement one : Json.parse(Files.readAllBytes(file)).getAsJsonArray()) {
                Message request = Codec.decodeRequest(MemoryContract.ATTACH.request(), one.getAsJsonObject());
                try {
                    open(request);
                } catch (IOException e) {
                    events.emit(
                            MemoryEvents.DETACHED,
                            Fields.AGENT.is(request.get(MemoryContract.AGENT).value()),
                            Fields.ADDRESS.is(request.get(Fields.ADDRESS)));
                }
            }
        } catch (RpcException e) {
            throw new IOException(file + " is damaged: " + e.getMessage() + "; remove it and attach anew", e);
        }
        save();
    }

    /** Methods for the socket. */
    public List<RpcMethod> methods() {
        return List.of(
                RpcMethod.of(MemoryContract.ATTACH, (_, request) -> attach(request)),
                RpcMethod.of(MemoryContract.DETACH, (_, request) -> detach(request)),
                RpcMethod.of(MemoryContract.CONTACTED, (_, request) -> contacted(request)));
    }

    /**
     * Records contacts of an agent's run, by the address of its listener.
     *
     * @throws RpcException NOT_FOUND when the agent has none there
     */
    Message contacted(Message request) throws RpcException {
        AgentName agent = request.get(MemoryContract.AGENT);
        List<String> contacts = request.get(MemoryContract.CONTACTED_NAMES);
        for (String contact : contacts) {
            boolean isPrintable = contact.chars().allMatch(c -> c > ' ' && c < 127);
            if (!isPrintable || contact.isEmpty() || contact.length() > MemoryContract.MAX_CONTACT_LENGTH) {
                throw new RpcException(
                        MemoryReason.SYNTAX,
                        MemoryContract.CONTACTED_NAMES + ": must each be 1 to " + MemoryContract.MAX_CONTACT_LENGTH
                                + " visible characters of ASCII",
                        MemoryContract.CONTACTED_NAMES.name());
            }
        }
        Inet4Address address = address(request);
        Attachment open = at(agent, address)
                .orElseThrow(() -> new RpcException(
                        MemoryReason.NOT_FOUND,
                        agent + " is not attached at " + address.getHostAddress(),
                        MemoryContract.AGENT.name()));
        methods.contacted(open.listener().principal(), contacts);
        return Message.of();
    }

    private synchronized Optional<Attachment> at(AgentName agent, Inet4Address address) {
        return attached.entrySet().stream()
                .filter(one -> one.getKey().getAddress().equals(address))
                .map(Map.Entry::getValue)
                .filter(one -> one.agent().equals(agent))
                .findFirst();
    }

    /**
     * Opens a listener for an agent's run; idempotent.
     *
     * @throws RpcException INVALID_PARAMS naming the field; UNAVAILABLE when the address cannot be bound
     */
    synchronized Message attach(Message request) throws RpcException {
        AgentName agent = request.get(MemoryContract.AGENT);
        Inet4Address address = address(request);
        InetSocketAddress place = new InetSocketAddress(address, request.getInt(Fields.PORT));
        Attachment open = attached.get(place);
        if (open == null || !open.listener().principal().equals(principal(request))) {
            if (open == null && attached.size() == MAX_LISTENERS) {
                throw new RpcException(MemoryReason.TOO_MANY, "at most " + MAX_LISTENERS + " runs are attached");
            }
            replace(place, request);
        }
        return Message.of(
                Fields.AGENT.is(agent.value()), Fields.ADDRESS.is(address.getHostAddress()), Fields.PORT.is((long)
                        place.getPort()));
    }

    /** Closes the listener of an agent's run, by its address, or those of all its runs; another agent's stay. */
    synchronized Message detach(Message request) throws RpcException {
        AgentName agent = request.get(MemoryContract.AGENT);
        Optional<Inet4Address> only = request.has(Fields.ADDRESS) ? Optional.of(address(request)) : Optional.empty();
        List<InetSocketAddress> closing = attached.entrySet().stream()
                .filter(one -> one.getValue().agent().equals(agent)
                        && (only.isEmpty() || only.get().equals(one.getKey().getAddress())))
                .map(Map.Entry::getKey)
                .toList();
        closing.forEach(this::closeDoor);
        saveOrFail();
        return Message.of(MemoryContract.DETACHED.is(!closing.isEmpty()));
    }

    @Override
    public synchronized void close() {
        attached.values().forEach(one -> one.listener().close());
        attached.clear();
    }

    private void replace(InetSocketAddress place, Message request) throws RpcException {
        closeDoor(place);
        try {
            open(request);
        } catch (IOException e) {
            throw new RpcException(MemoryReason.BIND, String.valueOf(e.getMessage()), Fields.ADDRESS.name());
        } finally {
            saveOrFail();
        }
    }

    private void open(Message request) throws IOException, RpcException {
        AgentHttpServer listener =
                AgentHttpServer.open(principal(request), address(request), request.getInt(Fields.PORT), methods, more);
        Attachment opened = new Attachment(request, listener);
        attached.put(listener.address(), opened);
        events.emit(MemoryEvents.ATTACHED, Fields.AGENT.is(opened.agent().value()), opened.address());
    }

    private void closeDoor(InetSocketAddress place) {
        Attachment closed = attached.remove(place);
        if (closed != null) {
            closed.listener().close();
            events.emit(MemoryEvents.DETACHED, Fields.AGENT.is(closed.agent().value()), closed.address());
        }
    }

    private void saveOrFail() throws RpcException {
        try {
            save();
        } catch (IOException e) {
            throw new RpcException(
                    MemoryReason.RUN_DIRECTORY, "the record of attachments cannot be written: " + e.getMessage());
        }
    }

    private void save() throws IOException {
        JsonArray all = new JsonArray();
        attached.values().forEach(one -> all.add(Codec.encode(one.request())));
        AtomicFile.replace(file, Json.bytes(all));
    }

    /** The agent and its run, with defaults for all but its name. */
    public static Principal principal(Message request) throws RpcException {
        PrincipalName agent =
                new PrincipalName(request.get(MemoryContract.AGENT).value());
        String manifest = request.get(MemoryContract.MANIFEST.otherwise(""));
        if (!manifest.isEmpty() && !NodeId.isId(manifest)) {
            throw new RpcException(
                    MemoryReason.SYNTAX,
                    "manifest: must be 64 lower-case hexadecimal digits",
                    MemoryContract.MANIFEST.name());
        }
        return new Principal(
                agent,
                request.get(Fields.RUN.otherwise(0L)),
                manifest,
                patterns(request, MemoryContract.READ, agent),
                patterns(request, MemoryContract.WRITE, agent),
                request.get(MemoryContract.MAX_MB) << 20,
                request.get(MemoryContract.MAX_WRITES_PER_MINUTE),
                List.of());
    }

    private static List<KeyGlob> patterns(Message request, Field<List<KeyPattern>> field, PrincipalName agent) {
        return request.find(field)
                .map(patterns -> patterns.stream()
                        .map(pattern -> new KeyGlob(pattern.value()))
                        .toList())
                .orElseGet(() -> Principal.ownSpace(agent));
    }

    /**
     * Address of a listener, as a literal: nothing is resolved, and a wildcard is refused, as it would accept other
     * agents' connections.
     */
    private static Inet4Address address(Message request) throws RpcException {
        String text = request.get(Fields.ADDRESS);
        Inet4Address address = MemoryMethods.parse(text, Inet4Address::ofLiteral, Fields.ADDRESS.name());
        boolean shortened = !address.getHostAddress().equals(text);
        if (shortened || address.isAnyLocalAddress() || address.isMulticastAddress()) {
            throw new RpcException(
                    MemoryReason.NOT_ONE_ADDRESS, "address: must be one host's own", Fields.ADDRESS.name());
        }
        return address;
    }
}
