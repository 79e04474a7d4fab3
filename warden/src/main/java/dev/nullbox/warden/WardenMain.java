package dev.nullbox.warden;

import dev.nullbox.natives.Natives;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Value;
import dev.nullbox.protocol.api.VaultContract;
import dev.nullbox.protocol.api.VaultEvents;
import dev.nullbox.rpc.Caller;
import dev.nullbox.rpc.RpcLimits;
import dev.nullbox.rpc.RpcObserver;
import dev.nullbox.rpc.RpcServer;
import dev.nullbox.service.FileTransfers;
import dev.nullbox.service.HeapWiper;
import dev.nullbox.service.ServiceRuntime;
import dev.nullbox.warden.api.VaultService;
import dev.nullbox.warden.audit.Audit;
import dev.nullbox.warden.audit.AuditFile.Ring;
import dev.nullbox.warden.lease.Leases;
import dev.nullbox.warden.vault.VaultManager;
import dev.nullbox.warden.vault.VaultOpenResult;
import dev.nullbox.warden.vault.VaultStore;
import dev.nullbox.warden.vault.crypto.RandomSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Warden: keeps the vault and answers {@code vault.*} on its Unix socket.
 *
 * <p>Nothing here opens the vault: that takes an operator's passphrase or key. Until then, and when the file is
 * damaged, warden answers with the reason: the rest of the appliance works on, and agents that need secrets do not
 * start.
 */
public final class WardenMain {
    /**
     * More workers than elsewhere: calls that wait for leases hold four, those at the vault up to their bound, and
     * some must stay free to revoke and to seal.
     */
    private static final RpcLimits LIMITS =
            new RpcLimits(64, VaultService.MAX_AT_ONCE + 9, Duration.ofSeconds(60), Duration.ofSeconds(60));

    private WardenMain() {}

    /** Runs until SIGTERM; takes no arguments. */
    public static void main(String[] args) {
        ServiceRuntime runtime = ServiceRuntime.fromEnvironment("warden");
        try {
            ProcessHardening memory = new ProcessHardening(Natives.libc(), Path.of("/proc/self/limits"));
            memory.hide();
            Optional<String> notLocked = memory.lock();
            Message told =
                    Message.of(VaultEvents.LOCKED.is(notLocked.isEmpty())).and(Fields.WHY, notLocked);
            runtime.events().emit(VaultEvents.MEMORY, told);
            Runnable stop = start(runtime, notLocked.isEmpty());
            runtime.onTerminate(stop);
            runtime.ready();
        } catch (IOException e) {
            System.err.println("warden: cannot start: " + e.getMessage());
            runtime.exit(1);
        }
    }

    /**
     * Finds the vault and listens.
     *
     * @param memoryLocked whether this process's memory is locked
     * @return the action that stops it
     * @throws IOException when the state directory or the socket cannot be used
     */
    static Runnable start(ServiceRuntime runtime, boolean memoryLocked) throws IOException {
        VaultStore store = VaultStore.in(runtime.stateDir(), RandomSource.kernel(), InstantSource.system());
        VaultManager manager = VaultManager.of(store, System::nanoTime);
        FileTransfers transfers = store.transfers(System::nanoTime);
        Audit audit = new Audit(store.files(), InstantSource.system(), System::nanoTime, runtime.events());
        announce(manager.state(), audit);
        Leases leases = new Leases(InstantSource.system(), System::nanoTime, audit::expired);
        VaultService service = new VaultService(manager, transfers, leases, audit, memoryLocked);
        RpcServer server = RpcServer.listen(runtime.socketPath(), service.methods(), LIMITS, observer(audit));
        return () -> {
            server.close();
            manager.close();
        };
    }

    private static void announce(VaultManager.State state, Audit audit) {
        switch (state) {
            case VaultManager.State.New() -> found(audit, Fields.STATE.is("new"));
            case VaultManager.State.Sealed _, VaultManager.State.Unsealed _ -> found(audit, Fields.STATE.is("sealed"));
            case VaultManager.State.Refused(VaultOpenResult.Refused why) -> {
                found(
                        audit,
                        Fields.STATE.is("refused"),
                        VaultContract.CODE.is(why.reason().name()));
                System.err.println("warden: " + why.message());
            }
        }
    }

    /** Records a start in the audit log: leases have ended, and the vault is sealed. */
    private static void found(Audit audit, Value<?>... fields) {
        audit.note(Ring.OPERATORS, VaultEvents.FOUND, Message.of(fields));
    }

    private static RpcObserver observer(Audit audit) {
        RpcObserver standardError = RpcObserver.toStandardError();
        HeapWiper wiper = HeapWiper.start();
        return new RpcObserver() {
            @Override
            public void answered() {
                wiper.request();
            }

            @Override
            public void denied(Caller caller, String method) {
                audit.refusal(
                        caller.name(),
                        VaultEvents.DENIED,
                        Message.of(VaultEvents.CALLER.is(caller.name()), Fields.METHOD.is(method)));
            }

            @Override
            public void crashed(String method, Throwable bug) {
                standardError.crashed(method, bug);
            }
        };
    }
}
