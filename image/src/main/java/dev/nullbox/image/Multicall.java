package dev.nullbox.image;

import dev.nullbox.cage.CageMain;
import dev.nullbox.ctxgraph.CtxgraphMain;
import dev.nullbox.egress.EgressMain;
import dev.nullbox.gate.GateMain;
import dev.nullbox.gateway.GatewayMain;
import dev.nullbox.importer.ImporterMain;
import dev.nullbox.nullctl.NullctlMain;
import dev.nullbox.nulld.DhcpLeaseMain;
import dev.nullbox.nulld.LaunchMain;
import dev.nullbox.nulld.NulldMain;
import dev.nullbox.warden.WardenMain;
import org.graalvm.nativeimage.ProcessProperties;

/**
 * Entry point of the one executable: the name that it is called by selects the program, as in busybox. One build
 * instead of eight, and all services share its pages.
 */
public final class Multicall {
    private static final int USAGE = 2;

    private Multicall() {}

    /**
     * Runs the program named by argv[0]. The kernel's choice of it for its own process 1 is {@code /init}, or what its
     * command line says; a VMM is process 1 too, of its own PID namespace, and is called cage.
     *
     * @param args the program's own arguments
     */
    public static void main(String[] args) throws Exception {
        String name = baseName(ProcessProperties.getArgumentVectorProgramName());
        switch (name) {
            case "init", "nulld" -> NulldMain.main(args);
            case "launch" -> LaunchMain.main(args);
            case "dhcp-lease" -> DhcpLeaseMain.main(args);
            case "egress" -> EgressMain.main(args);
            case "gate" -> GateMain.main(args);
            case "warden" -> WardenMain.main(args);
            case "ctxgraph" -> CtxgraphMain.main(args);
            case "cage" -> CageMain.main(args);
            case "importer" -> ImporterMain.main(args);
            case "gateway" -> GatewayMain.main(args);
            case "nullctl" -> NullctlMain.main(args);
            default -> {
                System.err.println(name
                        + ": not a name of this program; call it as one of nulld, launch, dhcp-lease, egress, gate, warden,"
                        + " ctxgraph, cage, importer, gateway, nullctl");
                System.exit(USAGE);
            }
        }
    }

    static String baseName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
