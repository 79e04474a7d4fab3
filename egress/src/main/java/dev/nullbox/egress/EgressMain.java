package dev.nullbox.egress;

import dev.nullbox.natives.Natives;
import dev.nullbox.protocol.api.EgressContract;
import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcLimits;
import dev.nullbox.rpc.RpcServer;
import dev.nullbox.service.ServiceRuntime;
import java.io.IOException;

/** The egress service: default drop first, then readiness, then each agent's rules as cage asks for them. */
public final class EgressMain {
    private EgressMain() {}

    /** Runs until SIGTERM. The rules stay in the kernel when it ends, however it ends. */
    public static void main(String[] args) {
        ServiceRuntime runtime = ServiceRuntime.fromEnvironment("egress");
        AgentNetwork network = AgentNetwork.parse(
                System.getenv().getOrDefault(AgentNetwork.VARIABLE, AgentNetwork.DEFAULT.toString()));
        Firewall firewall = new Firewall(Natives.nftables(), network);
        try {
            firewall.installBase();
            runtime.events().emit(EgressContract.DEFAULT_DROP);
            EgressService service = new EgressService(firewall, runtime.events());
            RpcServer server = RpcServer.listen(runtime.socketPath(), service.methods(), RpcLimits.defaults());
            runtime.onTerminate(server::close);
            runtime.ready();
        } catch (RpcException | IOException failure) {
            System.err.println("egress: " + failure.getMessage());
            runtime.exit(1);
        }
    }
}
