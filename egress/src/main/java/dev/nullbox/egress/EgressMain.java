package dev.nullbox.egress;

import dev.nullbox.natives.Natives;
import dev.nullbox.rpc.RpcLimits;
import dev.nullbox.rpc.RpcServer;
import dev.nullbox.service.ServiceRuntime;
import java.io.IOException;
import java.util.Set;

/** The egress service: default drop first, then readiness, then each agent's rules as cage asks for them. */
public final class EgressMain {
    private EgressMain() {}

    /** Runs until SIGTERM. The rules stay in the kernel when it ends, however it ends. */
    public static void main(String[] args) {
        ServiceRuntime runtime = ServiceRuntime.fromEnvironment("egress");
        Firewall firewall = new Firewall(Natives.nftables());
        try {
            firewall.installBase();
            runtime.events().emit("egress.default_drop");
            EgressService service = new EgressService(firewall, runtime.events(), Set.of("root"));
            RpcServer server = RpcServer.listen(runtime.socketPath(), service.methods(), RpcLimits.defaults());
            runtime.onTerminate(server::close);
            runtime.ready();
        } catch (EgressException | IOException failure) {
            System.err.println("egress: " + failure.getMessage());
            runtime.exit(1);
        }
    }
}
