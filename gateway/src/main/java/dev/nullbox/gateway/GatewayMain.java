package dev.nullbox.gateway;

import dev.nullbox.protocol.Audience;
import dev.nullbox.protocol.api.GatewayContract;
import dev.nullbox.rpc.TlsCredentials;
import dev.nullbox.service.ServiceRuntime;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * The gateway: TCP {@value GatewayContract#PORT} of the appliance, for {@code nullctl}.
 *
 * <p>Its certificate, key and authority are {@code tls/server.p12} and {@code tls/ca.pem} in its run directory; the
 * services' sockets are in that directory's parent.
 */
public final class GatewayMain {
    private GatewayMain() {}

    /** Runs until SIGTERM; takes no arguments; {@code NULLBOX_GATEWAY_PORT} names another port. */
    public static void main(String[] args) {
        ServiceRuntime runtime = ServiceRuntime.fromEnvironment(Audience.GATEWAY);
        try {
            Gateway gateway = start(runtime, port(System.getenv()));
            runtime.onTerminate(gateway::close);
            runtime.ready();
        } catch (TlsCredentials.UnusableException e) {
            System.err.println("gateway: " + e.getMessage()
                    + ": nobody can manage this appliance; boot an image made with credentials");
            runtime.exit(1);
        } catch (IOException e) {
            System.err.println("gateway: cannot start: " + e.getMessage());
            runtime.exit(1);
        }
    }

    static Gateway start(ServiceRuntime runtime, int port) throws IOException {
        Path run = Objects.requireNonNull(runtime.socketPath().getParent(), "a run directory");
        Path sockets = Objects.requireNonNull(run.toAbsolutePath().getParent(), "a directory of sockets");
        Path credentials = run.resolve("tls");
        Path server = credentials.resolve("server.p12");
        SSLContext tls = TlsCredentials.load(server, credentials.resolve("ca.pem"));
        // nulld prints it on the console, for whoever compares.
        System.err.println(
                "the SHA-256 fingerprint of this appliance's certificate is " + TlsCredentials.fingerprint(server));
        return Gateway.listen(new InetSocketAddress(port), tls, sockets, GatewayLimits.defaults(), runtime.events());
    }

    private static int port(Map<String, String> environment) throws IOException {
        Optional<String> given = Optional.ofNullable(environment.get("NULLBOX_GATEWAY_PORT"));
        try {
            return given.map(Integer::parseInt).orElse(GatewayContract.PORT);
        } catch (NumberFormatException e) {
            throw new IOException("NULLBOX_GATEWAY_PORT is not a port number", e);
        }
    }
}
