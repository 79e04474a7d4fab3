package dev.nullbox.nulld;

import dev.nullbox.nulld.boot.ResolverFiles;
import java.io.IOException;
import java.nio.file.Path;

/** The DHCP client's script: keeps the lease's name servers for egress. It runs for a moment at each change of the lease. */
public final class DhcpLeaseMain {
    private DhcpLeaseMain() {}

    /** Reads its environment alone. */
    public static void main(String[] args) {
        try {
            ResolverFiles.lease(System.getenv(), Path.of("/run/nullbox"));
        } catch (IOException e) {
            System.err.println("dhcp-lease: the name servers of the lease cannot be kept: " + e.getMessage());
            System.exit(1);
        }
    }
}
