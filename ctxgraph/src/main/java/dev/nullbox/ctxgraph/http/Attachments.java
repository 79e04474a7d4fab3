package dev.nullbox.ctxgraph.http;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.ctxgraph.api.Arguments;
import dev.nullbox.ctxgraph.api.HttpService;
import dev.nullbox.ctxgraph.memory.Actor;
import dev.nullbox.ctxgraph.memory.AgentName;
import dev.nullbox.ctxgraph.store.Prepared;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.Params;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.EventSink;
import java.io.IOException;
import java.net.Inet4Address;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The agents' doors that are open, one an agent. They are written down in a file that lives as long as the boot, so that
 * a service that died opens them again before anyone asks.
 *
 * <p>Only root attaches (cage), so the latest word on an address counts: an address that is given to another agent is
 * first taken from the one that had it.
 */
public final class Attachments implements AutoCloseable {
    private static final int MAX_AGENTS = 64;
    private static final int MAX_PORT = 65_535;

    private final Path file;
    private final HttpService service;
    private final HttpRoute.Factory more;
    private final EventSink events;
    private final Map<AgentName, HttpDoor> doors = new LinkedHashMap<>();

    private Attachments(Path file, HttpService service, HttpRoute.Factory more, EventSink events) {
        this.file = file;
        this.service = service;
        this.more = more;
        this.events = events;
    }

    /**
     * Opens what the file names; a door whose address is gone is left out.
     *
     * @param more what each serves besides
     * @throws IOException when the file cannot be read or written
     */
    public static Attachments restore(Path file, HttpService service, HttpRoute.Factory more, EventSink events)
            throws IOException {
        Attachments attachments = new Attachments(file, service, more, events);
        if (Files.exists(file)) {
            attachments.reopen();
        }
        return attachments;
    }

    private synchronized void reopen() throws IOException {
        try {
            for (JsonElement door : Json.parse(Files.readAllBytes(file)).getAsJsonArray()) {
                reopen(new Params(door.getAsJsonObject()));
            }
        } catch (RpcException e) {
            throw new IOException(file + " is damaged: " + e.getMessage() + "; remove it and attach anew", e);
        }
        save();
    }

    private void reopen(Params door) throws RpcException {
        Actor actor = Arguments.actor(door);
        Inet4Address address = address(door);
        try {
            int port = (int) door.integer("port", 1, MAX_PORT);
            opened(HttpDoor.open(actor, address, port, service, more));
        } catch (IOException e) {
            events.emit("memory.detached", Map.of("agent", actor.agent().text(), "address", address.getHostAddress()));
        }
    }

    /**
     * Opens a door for an agent's run, as {@code MemoryMethods} tells; doing it twice changes nothing.
     *
     * @throws RpcException INVALID_PARAMS naming the field; UNAVAILABLE when the address cannot be bound
     */
    public synchronized JsonElement attach(Params params) throws RpcException {
        Actor actor = Arguments.actor(params);
        Inet4Address address = address(params);
        int port = (int) params.integer("port", 1, MAX_PORT);
        params.done();
        HttpDoor open = doors.get(actor.agent());
        if (open == null || !isAt(open, address, port) || !open.actor().equals(actor)) {
            if (open == null && doors.size() == MAX_AGENTS) {
                throw new RpcException(
                        RpcException.Code.CONFLICT, "TOO_MANY", "at most " + MAX_AGENTS + " agents are attached");
            }
            replace(actor, address, port);
        }
        JsonObject result = new JsonObject();
        result.addProperty("agent", actor.agent().text());
        result.addProperty("address", address.getHostAddress());
        result.addProperty("port", port);
        return result;
    }

    /**
     * Closes an agent's door: {@code {agent}} gives whether there was one.
     *
     * @throws RpcException INVALID_PARAMS naming the field
     */
    public synchronized JsonElement detach(Params params) throws RpcException {
        AgentName agent = Prepared.parse(params.string("agent"), AgentName::new, "agent");
        params.done();
        JsonObject result = new JsonObject();
        result.addProperty("detached", doors.containsKey(agent));
        closeDoor(agent);
        saveOrFail();
        return result;
    }

    @Override
    public synchronized void close() {
        doors.values().forEach(HttpDoor::close);
        doors.clear();
    }

    private void replace(Actor actor, Inet4Address address, int port) throws RpcException {
        closeDoor(actor.agent());
        doors.entrySet().stream()
                .filter(door -> isAt(door.getValue(), address, port))
                .map(Map.Entry::getKey)
                .findFirst()
                .ifPresent(this::closeDoor);
        try {
            opened(HttpDoor.open(actor, address, port, service, more));
        } catch (IOException e) {
            throw new RpcException(RpcException.Code.UNAVAILABLE, "BIND", String.valueOf(e.getMessage()), "address");
        } finally {
            saveOrFail();
        }
    }

    private void opened(HttpDoor listener) {
        AgentName agent = listener.actor().agent();
        doors.put(agent, listener);
        String address = listener.address().getAddress().getHostAddress();
        events.emit("memory.attached", Map.of("agent", agent.text(), "address", address));
    }

    private void closeDoor(AgentName agent) {
        HttpDoor door = doors.remove(agent);
        if (door != null) {
            door.close();
            String address = door.address().getAddress().getHostAddress();
            events.emit("memory.detached", Map.of("agent", agent.text(), "address", address));
        }
    }

    private void saveOrFail() throws RpcException {
        try {
            save();
        } catch (IOException e) {
            String message = "the attachments cannot be written down: " + e.getMessage();
            throw new RpcException(RpcException.Code.UNAVAILABLE, "RUN_DIRECTORY", message);
        }
    }

    private void save() throws IOException {
        JsonArray all = new JsonArray();
        doors.values().forEach(door -> {
            JsonObject params = Arguments.encode(door.actor());
            params.addProperty("address", door.address().getAddress().getHostAddress());
            params.addProperty("port", door.address().getPort());
            all.add(params);
        });
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.write(fresh, Json.bytes(all));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static boolean isAt(HttpDoor door, Inet4Address address, int port) {
        return door.address().getAddress().equals(address) && door.address().getPort() == port;
    }

    /** A literal address: nothing here asks a resolver, and a wildcard would mix the agents up. */
    private static Inet4Address address(Params params) throws RpcException {
        String text = params.string("address");
        Inet4Address address = Prepared.parse(text, Inet4Address::ofLiteral, "address");
        boolean shortened = !address.getHostAddress().equals(text);
        if (shortened || address.isAnyLocalAddress() || address.isMulticastAddress()) {
            throw new RpcException(
                    RpcException.Code.INVALID_PARAMS, "NOT_ONE_ADDRESS", "address: must be one host's own", "address");
        }
        return address;
    }
}
