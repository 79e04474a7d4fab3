package dev.nullbox.ctxgraph.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.ctxgraph.api.MemoryMethods;
import dev.nullbox.ctxgraph.mcp.McpEndpoint;
import dev.nullbox.ctxgraph.store.SqliteMemory;
import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.EventSink;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Attachment and detachment of listeners, as cage requests them. */
@Timeout(60)
class AttachmentsTest {
    @TempDir
    Path directory;

    private final ByteArrayOutputStream events = new ByteArrayOutputStream();
    private SqliteMemory store;
    private Attachments attachments;
    private int port;

    @BeforeAll
    static void setBounds() {
        AgentHttpServer.setBounds();
    }

    @BeforeEach
    void open() throws Exception {
        store = SqliteMemory.open(directory.resolve("memory.db"), System::nanoTime);
        attachments = restore();
        port = freePort();
    }

    @AfterEach
    void close() throws Exception {
        attachments.close();
        store.close();
    }

    private Attachments restore() throws IOException {
        EventSink sink = new EventSink(events);
        return Attachments.restore(
                directory.resolve("attachments.json"), new MemoryMethods(store, sink), McpEndpoint::new, sink);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, Inet4Address.ofLiteral("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    private JsonElement attach(String agent, String address) throws RpcException {
        JsonObject params = new JsonObject();
        params.addProperty("agent", agent);
        params.addProperty("address", address);
        params.addProperty("port", port);
        return Codec.encode(attachments.attach(Codec.decodeRequest(MemoryContract.ATTACH.request(), params)));
    }

    private JsonElement detach(String agent) throws RpcException {
        JsonObject params = new JsonObject();
        params.addProperty("agent", agent);
        return Codec.encode(attachments.detach(Codec.decodeRequest(MemoryContract.DETACH.request(), params)));
    }

    private JsonElement detach(String agent, String address) throws RpcException {
        JsonObject params = new JsonObject();
        params.addProperty("agent", agent);
        params.addProperty("address", address);
        return Codec.encode(attachments.detach(Codec.decodeRequest(MemoryContract.DETACH.request(), params)));
    }

    private void contacted(String agent, String contact) throws RpcException {
        JsonObject params = new JsonObject();
        params.addProperty("agent", agent);
        params.addProperty("address", "127.0.0.2");
        JsonArray contacts = new JsonArray();
        contacts.add(contact);
        params.add("contacts", contacts);
        attachments.contacted(Codec.decodeRequest(MemoryContract.CONTACTED.request(), params));
    }

    private long recorded() throws Exception {
        // In the tables before any later change is made.
        return store.committer().change(writes -> writes.sql().number("SELECT count(*) FROM contacts"));
    }

    /** Of the agent's run, which its attachment has; egress knows no runs. */
    @Test
    void contactsAreThoseOfTheAttachedRun() throws Exception {
        assertThatThrownBy(() -> contacted("ada", "api.example:443"))
                .isInstanceOfSatisfying(
                        RpcException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.NOT_FOUND));
        attach("ada", "127.0.0.2");
        contacted("ada", "api.example:443");
        contacted("ada", "api.example:443");
        assertThat(recorded()).isEqualTo(1);
        for (String bad : new String[] {"", "two words", "x".repeat(271), "bell\u0007"}) {
            assertThatThrownBy(() -> contacted("ada", bad))
                    .isInstanceOfSatisfying(
                            RpcException.class, e -> assertThat(e.field()).hasValue("contacts"));
        }
        assertThat(recorded()).isEqualTo(1);
        assertThatThrownBy(() -> contacted("bob", "api.example:443")).isInstanceOf(RpcException.class);
        detach("ada");
        assertThatThrownBy(() -> contacted("ada", "api.example:443")).isInstanceOf(RpcException.class);
    }

    private boolean listens(String address) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), 5_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private String events() {
        return events.toString(StandardCharsets.UTF_8);
    }

    @Test
    void opensExactlyTheAddressAndClosesIt() throws Exception {
        attach("ada", "127.0.0.2");
        attach("ada", "127.0.0.2");
        assertThat(listens("127.0.0.2")).isTrue();
        assertThat(listens("127.0.0.3")).isFalse();
        assertThat(Json.write(detach("ada"))).isEqualTo("{\"detached\":true}");
        assertThat(Json.write(detach("ada"))).isEqualTo("{\"detached\":false}");
        assertThat(listens("127.0.0.2")).isFalse();
        assertThat(events()).isEqualTo("""
                {"event":"memory.attached","address":"127.0.0.2","agent":"ada"}
                {"event":"memory.detached","address":"127.0.0.2","agent":"ada"}
                """);
    }

    @Test
    void givesAnAddressToWhomRootNamedLast() throws Exception {
        attach("ada", "127.0.0.2");
        attach("bob", "127.0.0.2");
        assertThat(listens("127.0.0.2")).isTrue();
        assertThat(Json.write(detach("ada"))).isEqualTo("{\"detached\":false}");
        assertThat(Json.write(detach("bob"))).isEqualTo("{\"detached\":true}");
    }

    @Test
    void runsOfAnAgentHaveTheirOwnListeners() throws Exception {
        attach("ada", "127.0.0.2");
        attach("ada", "127.0.0.3");
        attach("bob", "127.0.0.4");
        assertThat(Json.write(detach("ada", "127.0.0.4"))).isEqualTo("{\"detached\":false}");
        assertThat(Json.write(detach("ada", "127.0.0.3"))).isEqualTo("{\"detached\":true}");
        assertThat(listens("127.0.0.2")).isTrue();
        assertThat(listens("127.0.0.3")).isFalse();
        attach("ada", "127.0.0.3");
        assertThat(Json.write(detach("ada"))).isEqualTo("{\"detached\":true}");
        assertThat(listens("127.0.0.2")).isFalse();
        assertThat(listens("127.0.0.3")).isFalse();
        assertThat(listens("127.0.0.4")).isTrue();
    }

    @Test
    void opensTheDoorsAgainAfterARestart() throws Exception {
        attach("ada", "127.0.0.2");
        attachments.close();
        assertThat(listens("127.0.0.2")).isFalse();
        attachments = restore();
        assertThat(listens("127.0.0.2")).isTrue();
        attachments.close();
        try (ServerSocket taken = new ServerSocket(port, 1, Inet4Address.ofLiteral("127.0.0.2"))) {
            attachments = restore();
            assertThat(taken.isBound()).isTrue();
            assertThat(Json.write(detach("ada"))).isEqualTo("{\"detached\":false}");
        }
    }

    @Test
    void namesTheFieldAtFault() throws Exception {
        for (String address : new String[] {"0.0.0.0", "224.0.0.1", "localhost", "127.1.1", "::1", ""}) {
            assertThatThrownBy(() -> attach("ada", address))
                    .as(address)
                    .isInstanceOfSatisfying(RpcException.class, e -> {
                        assertThat(e.kind()).isEqualTo(ErrorKind.INVALID_PARAMS);
                        assertThat(e.field()).hasValue("address");
                    });
        }
        assertThatThrownBy(() -> attach("a/b", "127.0.0.2"))
                .isInstanceOfSatisfying(
                        RpcException.class, e -> assertThat(e.field()).hasValue("agent"));
        // 192.0.2.0/24 is for documentation (RFC 5737): no machine has it.
        assertThatThrownBy(() -> attach("ada", "192.0.2.1"))
                .isInstanceOfSatisfying(
                        RpcException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.UNAVAILABLE));
    }
}
