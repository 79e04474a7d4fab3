package dev.nullbox.gate;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.protocol.id.AgentSlot;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.RateLimitedLog;
import dev.nullbox.service.ServiceRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

/** The program {@code gate}: TCP {@value AgentSlot#GATE_PORT} at the agents' gateway addresses. */
public final class GateMain {
    private GateMain() {}

    /**
     * Runs until SIGTERM. It says that it is ready before its filter of system calls is in force, as that takes the
     * opening of files; connections wait in the kernel until then, and none is read without the filter.
     */
    public static void main(String[] args) {
        ServiceRuntime runtime = ServiceRuntime.fromEnvironment("gate");
        try {
            Libc libc = Natives.libc();
            Path sockets =
                    Objects.requireNonNull(runtime.runDir().toAbsolutePath().getParent(), "a parent");
            RateLimitedLog log = RateLimitedLog.toStandardError("gate");
            Gate gate = Gate.open(libc, sockets, AgentSlot.GATE_PORT, GateLimits.defaults(), log);
            runtime.onTerminate(gate::close);
            runtime.ready();
            // The collector reads the machine's memory and cgroup at its first run.
            System.gc();
            GatePolicy.restrict(libc);
            gate.run();
        } catch (IOException | RpcException e) {
            System.err.println("gate: " + e.getMessage());
            runtime.exit(1);
        }
    }
}
