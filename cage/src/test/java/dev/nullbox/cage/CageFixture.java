package dev.nullbox.cage;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.nullbox.cage.agent.CageSettings;
import dev.nullbox.cage.disk.DiskStore;
import dev.nullbox.cage.secrets.FakeWarden;
import dev.nullbox.natives.Libc;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.Value;
import dev.nullbox.protocol.api.EgressContract;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.VaultContract;
import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.RpcClient;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcLimits;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.rpc.RpcServer;
import dev.nullbox.service.EventSink;
import dev.nullbox.service.ServiceRuntime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A directory with agents, fake services over real sockets, and the events of a daemon; for the tests with a real
 * sandbox.
 */
public final class CageFixture implements AutoCloseable {
    private static final Duration LONG = Duration.ofSeconds(90);
    private static final Set<String> ROOT = Set.of("root");

    private final Path base;
    private final List<RpcServer> servers = new ArrayList<>();
    private final List<String> calls = new ArrayList<>();
    private final List<JsonObject> events = new ArrayList<>();
    private final Set<String> held = new HashSet<>();
    private final Map<String, JsonObject> lastParams = new HashMap<>();
    private final FakeWarden warden = new FakeWarden();
    private volatile String refused = "";
    private @Nullable RpcServer wardenServer;

    /** A fixture for tests that make namespaces: the agents' users reach classes and scripts through its directory. */
    static CageFixture asRoot(Libc libc, Path base) throws IOException {
        assertThat(libc.getuid())
                .as("these tests make namespaces and need root")
                .isZero();
        Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));
        return new CageFixture(base);
    }

    CageFixture(Path base) throws IOException {
        this.base = base;
        for (String directory : List.of("agents", "data", "run", "state")) {
            Files.createDirectories(base.resolve(directory));
        }
        servers.add(serve(
                "egress",
                List.of(
                        does(EgressContract.ADD, params -> Codec.encode(EgressContract.RULES.is(0L))),
                        undoes(EgressContract.REMOVE, EgressContract.REMOVED.is(true)))));
        wardenUp();
        servers.add(serve(
                "ctxgraph",
                List.of(
                        does(MemoryContract.ATTACH, params -> params),
                        undoes(MemoryContract.DETACH, MemoryContract.DETACHED.is(true)))));
    }

    /** Listens, and has all leases that it had. */
    void wardenUp() throws IOException {
        wardenServer = serve(
                "warden",
                List.of(
                        does(VaultContract.LEASE_FOR, warden::lease),
                        undoes(VaultContract.REVOKE, VaultContract.REVOKED.is(1L)),
                        method(VaultContract.FETCH, warden::fetch),
                        method(VaultContract.LEASES, refusable(VaultContract.LEASES, warden::leases))));
    }

    /** Nobody answers in its place. */
    void wardenDown() {
        RpcServer server = wardenServer;
        if (server != null) {
            server.close();
        }
    }

    /** Handler of a fake service's method. */
    @FunctionalInterface
    private interface Handler {
        JsonObject to(JsonObject params) throws RpcException;
    }

    private RpcServer serve(String service, List<RpcMethod> methods) throws IOException {
        return RpcServer.listen(base.resolve("run").resolve(service + ".sock"), methods, RpcLimits.defaults());
    }

    /** Answers what the contract allows to be asked. */
    private static RpcMethod method(Method<?> method, Handler handler) {
        return new RpcMethod(method.name(), ROOT, (caller, params) -> {
            Codec.decodeRequest(method.request(), params);
            return handler.to(params);
        });
    }

    private Handler refusable(Method<?> method, Handler handler) {
        return params -> {
            if (method.name().equals(refused)) {
                throw new RpcException(CallReason.BUSY, method + " is refused by the test");
            }
            return handler.to(params);
        };
    }

    /** Notes the call; does its work, and refuses it afterwards where the test wants that. */
    private RpcMethod does(Method<?> method, Handler handler) {
        return method(method, params -> {
            String agent = params.get("agent").getAsString();
            note(method + " " + agent);
            asked(method.name(), params.deepCopy());
            hold(method.service().key() + " " + agent, true);
            return refusable(method, handler).to(params);
        });
    }

    private RpcMethod undoes(Method<?> method, Value<?> result) {
        return method(method, params -> {
            String agent = params.get("agent").getAsString();
            note(method + " " + agent);
            asked(method.name(), params.deepCopy());
            hold(method.service().key() + " " + agent, false);
            return Codec.encode(result);
        });
    }

    private synchronized void asked(String method, JsonObject params) {
        lastParams.put(method, params);
    }

    /** Parameters of the method's last call. */
    synchronized JsonObject lastParams(String method) {
        JsonObject params = lastParams.get(method);
        if (params == null) {
            throw new AssertionError(method + " was not called");
        }
        return params;
    }

    FakeWarden warden() {
        return warden;
    }

    private synchronized void hold(String what, boolean isHeld) {
        if (isHeld) {
            held.add(what);
        } else {
            held.remove(what);
        }
    }

    /** State that services hold for agents, as {@code "egress NAME"}. */
    synchronized Set<String> held() {
        return Set.copyOf(held);
    }

    /** The method does its work and then answers with an error: the worst that can happen to the caller. */
    void refuse(String method) {
        refused = method;
    }

    /** Forgets the events so far. */
    synchronized void forget() {
        events.clear();
    }

    private synchronized void note(String call) {
        calls.add(call);
    }

    synchronized List<String> calls() {
        return List.copyOf(calls);
    }

    /** An agent with an image that nothing reads here. */
    void agent(String name, String more) throws IOException {
        agent(name, "never", more);
    }

    /** Likewise, with its restart policy. */
    void agent(String name, String restart, String more) throws IOException {
        Path directory = Files.createDirectories(base.resolve("agents").resolve(name));
        Files.writeString(directory.resolve("root.erofs"), "the image of " + name);
        Files.writeString(directory.resolve("root.digest"), "sha256:" + "0".repeat(64) + "\n");
        Files.writeString(
                base.resolve("agents").resolve(name).resolve("AGENT.toml"),
                "[agent]\nname = \"" + name + "\"\nversion = \"1\"\nruntime = \"binary\"\n"
                        + "command = [\"/bin/agent\"]\nstart = \"manual\"\nrestart = \"" + restart + "\"\n" + more);
    }

    /** A VMM whose guest is played by {@link FakeGuest}, with a script as its agent. */
    static String guest(String script) {
        return guest(script, "");
    }

    /** Likewise, of whose health checks so many are good. */
    static String guest(String script, String goodChecks) {
        return "echo walls >&3; echo enter >&3; exec 3>&-\nexec $GUEST /control/guest.sock \"$(cat <<'AGENT'\n" + script
                + "\nAGENT\n)\" " + goodChecks + "\n";
    }

    /** The settings of a daemon whose VMM is played by a shell script. */
    CageSettings settings(String vmScript) throws IOException {
        return settings(base, vmScript);
    }

    /** Likewise, for a fixture in that directory. */
    static CageSettings settings(Path base, String vmScript) throws IOException {
        Set<String> classes = classPath();
        Path launcher = base.resolve("launch.sh");
        String java = java();
        String cage = java + "dev.nullbox.cage.CageMain";
        Files.writeString(
                launcher,
                "if [ \"$1\" = jail ]; then exec " + cage + " jail; fi\nJAVA='" + cage + "'\nGUEST='" + java
                        + "dev.nullbox.cage.guest.FakeGuest'\n" + vmScript);
        List<String> binds = new ArrayList<>(List.of(
                "/bin", "/sbin", "/lib", "/lib64", "/usr", System.getProperty("java.home"), launcher.toString()));
        binds.addAll(classes);
        return settings(
                base,
                List.of("/bin/sh", launcher.toString()),
                binds.stream().distinct().toList(),
                LONG);
    }

    /** The beginning of a command: a small Java runtime with this test's classes. */
    static String java() {
        return System.getProperty("java.home") + "/bin/java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx32m"
                + " -XX:-UsePerfData --enable-native-access=ALL-UNNAMED -cp " + String.join(":", classPath()) + " ";
    }

    /** The settings of a daemon that starts its jails so, and waits for them so long. */
    static CageSettings settings(Path base, List<String> launcher, List<String> binds, Duration jailDeadline)
            throws IOException {
        Path cgroups = unifiedHierarchy();
        Set<String> controllers = new HashSet<>(Set.of("cpu", "memory", "pids"));
        controllers.retainAll(List.of(
                Files.readString(cgroups.resolve("cgroup.controllers")).strip().split(" ", -1)));
        return new CageSettings(
                base.resolve("agents"),
                base.resolve("data"),
                new DiskStore.Settings(base.resolve("data"), "/sbin/mke2fs"),
                AgentNetwork.DEFAULT,
                base.resolve("run"),
                cgroups,
                controllers,
                base.resolve("run/guests"),
                Files.writeString(base.resolve("tools.erofs"), "the appliance's disk"),
                base.resolve("run/jail"),
                launcher,
                binds,
                "/dev/kvm",
                36,
                1,
                Duration.ofSeconds(10),
                jailDeadline);
    }

    /** Where this machine has cgroup v2: alone, or beside the old hierarchies. */
    public static Path unifiedHierarchy() {
        Path alone = Path.of("/sys/fs/cgroup");
        return Files.exists(alone.resolve("cgroup.procs")) ? alone : alone.resolve("unified");
    }

    /** Where this test's classes and their dependencies are, whether by class path or by module path. */
    static Set<String> classPath() {
        Set<String> places = new LinkedHashSet<>();
        places.add(Path.of("target/test-classes").toAbsolutePath().toString());
        for (String property : List.of("jdk.module.path", "java.class.path")) {
            for (String place : System.getProperty(property, "").split(":", -1)) {
                if (!place.isEmpty() && Files.exists(Path.of(place))) {
                    places.add(Path.of(place).toAbsolutePath().toString());
                }
            }
        }
        return places;
    }

    ServiceRuntime runtime() {
        return new ServiceRuntime(
                "cage", base.resolve("state"), base.resolve("run"), Optional.empty(), new EventSink(new Lines()));
    }

    /** An answer to a call. */
    JsonObject ask(String method, JsonObject params) throws RpcException {
        return RpcClient.call(base.resolve("run/cage.sock"), method, params, LONG)
                .getAsJsonObject();
    }

    void call(String method, String agent) throws RpcException {
        JsonObject params = new JsonObject();
        params.addProperty("agent", agent);
        RpcClient.call(base.resolve("run/cage.sock"), method, params, LONG);
    }

    /** The first event of the name and agent, waited for. */
    JsonObject await(String event, String agent) throws InterruptedException {
        return await(
                event + " " + agent,
                got -> got.get("event").getAsString().equals(event)
                        && got.get("agent").getAsString().equals(agent));
    }

    /** The first event of one of the names for the agent, waited for. */
    JsonObject awaitAny(Set<String> names, String agent) throws InterruptedException {
        return await(
                names + " " + agent,
                got -> names.contains(got.get("event").getAsString())
                        && got.get("agent").getAsString().equals(agent));
    }

    private synchronized JsonObject await(String what, Predicate<JsonObject> wanted) throws InterruptedException {
        long deadline = System.nanoTime() + LONG.toNanos();
        while (true) {
            Optional<JsonObject> found = events.stream().filter(wanted).findFirst();
            if (found.isPresent()) {
                return found.get();
            }
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                throw new AssertionError("no " + what + " in " + events);
            }
            wait(left);
        }
    }

    /** Waits until the agent has said a line that begins so. */
    void awaitLine(String agent, String start) throws InterruptedException {
        await(
                agent + " to say " + start,
                got -> got.get("event").getAsString().equals("agent.console")
                        && got.get("agent").getAsString().equals(agent)
                        && got.get("line").getAsString().startsWith(start));
    }

    /** Waits until the agent is listed so: its last event comes a little before. */
    void awaitState(String agent, String state) throws RpcException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!listed(agent).get("state").getAsString().equals(state)) {
            if (System.nanoTime() > end) {
                throw new AssertionError(agent + " did not become " + state + " but is " + listed(agent));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    /** Entry of an agent in {@code agent.list}. */
    JsonObject listed(String agent) throws RpcException {
        for (JsonElement entry : RpcClient.call(base.resolve("run/cage.sock"), "agent.list", new JsonObject(), LONG)
                .getAsJsonArray()) {
            if (entry.getAsJsonObject().get("agent").getAsString().equals(agent)) {
                return entry.getAsJsonObject();
            }
        }
        throw new AssertionError("no agent " + agent);
    }

    /** All that the agent has said. */
    synchronized String console(String agent) {
        StringBuilder text = new StringBuilder();
        for (JsonObject event : events) {
            if (event.get("event").getAsString().equals("agent.console")
                    && event.get("agent").getAsString().equals(agent)) {
                text.append(event.get("line").getAsString()).append('\n');
            }
        }
        return text.toString();
    }

    private synchronized void event(String line) {
        events.add(JsonParser.parseString(line).getAsJsonObject());
        notifyAll();
    }

    /** Takes an event a line. */
    private final class Lines extends OutputStream {
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        @Override
        public void write(int b) {
            if (b == '\n') {
                event(line.toString(StandardCharsets.UTF_8));
                line.reset();
            } else {
                line.write(b);
            }
        }
    }

    @Override
    public void close() {
        wardenDown();
        servers.forEach(RpcServer::close);
    }
}
