package dev.nullbox.warden;

import dev.nullbox.rpc.Caller;
import dev.nullbox.rpc.EventSink;
import dev.nullbox.rpc.RpcLimits;
import dev.nullbox.rpc.RpcObserver;
import dev.nullbox.rpc.RpcServer;
import dev.nullbox.rpc.ServiceRuntime;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;

/**
 * Warden: keeps the vault and answers {@code vault.*} on its Unix socket.
 *
 * <p>A vault that does not open leaves warden running and refusing, with the reason in every answer: the rest of the
 * appliance works on, and agents that need secrets do not start.
 */
public final class WardenMain {
    private WardenMain() {}

    /** Runs until SIGTERM; takes no arguments. */
    public static void main(String[] args) {
        ServiceRuntime runtime = ServiceRuntime.fromEnvironment("warden");
        try {
            Runnable stop = start(runtime);
            runtime.onTerminate(stop);
            runtime.ready();
        } catch (IOException e) {
            System.err.println("warden: cannot start: " + e.getMessage());
            runtime.exit(1);
        }
    }

    /**
     * Opens the vault and listens.
     *
     * @return what stops it
     * @throws IOException when the state directory or the socket cannot be used
     */
    static Runnable start(ServiceRuntime runtime) throws IOException {
        VaultOpenResult opened = VaultStore.in(runtime.stateDir(), RandomSource.kernel(), InstantSource.system())
                .open();
        announce(opened, runtime.events());
        VaultService service = new VaultService(opened, new Leases(), runtime.events());
        RpcServer server = RpcServer.listen(
                runtime.socketPath(), service.methods(), RpcLimits.defaults(), observer(runtime.events()));
        return () -> {
            server.close();
            if (opened instanceof VaultOpenResult.Opened(Vault vault, boolean _)) {
                vault.close();
            }
        };
    }

    private static void announce(VaultOpenResult opened, EventSink events) {
        switch (opened) {
            case VaultOpenResult.Opened(Vault vault, boolean created) ->
                events.emit("vault.opened", Map.of("secrets", vault.size(), "created", created));
            case VaultOpenResult.Refused refused -> {
                events.emit("vault.refused", Map.of("detail", refused.code().name(), "reason", refused.message()));
                System.err.println("warden: " + refused.message());
            }
        }
    }

    private static RpcObserver observer(EventSink events) {
        RpcObserver standardError = RpcObserver.toStandardError();
        return new RpcObserver() {
            @Override
            public void denied(Caller caller, String method) {
                events.emit("vault.denied", Map.of("caller", caller.user(), "method", method));
            }

            @Override
            public void crashed(String method, Throwable bug) {
                standardError.crashed(method, bug);
            }
        };
    }
}
