package dev.nullbox.nullctl.command.vault;

import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.Answer;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.command.Verb;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.rpc.RpcException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl vault revoke}. */
@Command(
        name = "revoke",
        mixinStandardHelpOptions = true,
        description = "Takes an agent's secrets back: all its leases, those of one run, or one lease.",
        footer = {
            "",
            "Examples:",
            "  nullctl vault revoke hello",
            "  nullctl vault revoke hello --run 3",
            "  nullctl vault revoke --lease L17"
        })
final class VaultRevokeCommand extends Verb {
    @Parameters(paramLabel = "AGENT", arity = "0..1", description = "Whose leases.")
    private String agent = "";

    @Option(names = "--run", paramLabel = "RUN", description = "Only those of this run.")
    private String run = "";

    @Option(names = "--lease", paramLabel = "LEASE", description = "Only this one, as vault leases lists it.")
    private String lease = "";

    @Override
    protected void perform() throws Exception {
        if (agent.isEmpty() == lease.isEmpty() || (!lease.isEmpty() && !run.isEmpty())) {
            throw new UsageException("which leases? an AGENT's, with or without --run, or one by --lease");
        }
        JsonObject params =
                lease.isEmpty() ? ApplianceClient.params("agent", agent) : ApplianceClient.params("lease", lease);
        if (!run.isEmpty()) {
            params.addProperty("run", run);
        }
        Answer revoked = Answer.of("vault.revoke", ask("vault.revoke", params));
        if (revoked.count("revoked") == 0) {
            throw new RpcException(
                    RpcException.Code.NOT_FOUND,
                    "LEASE_UNKNOWN",
                    "no lease of " + (lease.isEmpty() ? agent : lease) + " is in force: nothing was revoked");
        }
        out().println("leases revoked: " + revoked.count("revoked"));
    }
}
