package dev.nullbox.nullctl.command.vault;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.command.JsonOption;
import dev.nullbox.nullctl.command.ListOption;
import dev.nullbox.nullctl.terminal.CellFormat;
import dev.nullbox.nullctl.terminal.Table;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.VaultContract;
import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.TerminalText;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl vault}: the appliance's secrets. */
@Command(
        name = "vault",
        description = "Opens and closes the vault, keeps secrets in it, shows and revokes what agents hold.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  nullctl vault init                     once; asks for a passphrase twice",
            "  nullctl vault unseal                   after each boot",
            "  nullctl vault set OPENAI_KEY           asks for the value",
            "  pass show openai | nullctl vault set OPENAI_KEY",
            "  nullctl vault leases",
            "  nullctl vault revoke hello",
            "  nullctl vault audit --agent hello      who did what, also before the last boot"
        },
        subcommands = {
            VaultRekeyCommand.class,
            VaultSetCommand.class,
            VaultGetCommand.class,
            VaultListCommand.class,
            VaultAuditCommand.class
        })
public final class VaultCommand extends VaultFileCommands {
    private static final String NAME = "The secret's name.";

    @Command(
            description = {
                "Makes the vault, once, and leaves it unsealed.",
                "Asks for a passphrase twice; where standard input is no terminal, its first line is the passphrase. With --key-file the key opens the vault instead, or beside the passphrase (--passphrase)."
            },
            footer = {
                "",
                "Examples:",
                "  nullctl vault init",
                "  nullctl vault init --key-file vault.key",
                "  nullctl vault init --key-file vault.key --passphrase"
            })
    void init(
            @Mixin CredentialOptions credential,
            @Option(names = "--passphrase", description = "With --key-file: ask for a passphrase too.")
                    boolean passphrase)
            throws Exception {
        Message made = call(VaultContract.INIT, credential.first(streams(), "New passphrase of the vault", passphrase));
        out().println("vault " + TerminalText.line(made.get(VaultContract.VAULT)) + " made, unsealed, slots: "
                + made.get(VaultContract.SLOTS).size());
    }

    @Command(
            description = {
                "Opens the vault, so that agents can be lent secrets until it is sealed or the appliance stops.",
                "Asks for the passphrase; where standard input is no terminal, its first line is it."
            },
            footer = {"", "Examples:", "  nullctl vault unseal", "  nullctl vault unseal --key-file vault.key"})
    void unseal(@Mixin CredentialOptions credential) throws Exception {
        Message opened = call(VaultContract.UNSEAL, credential.present(streams(), "Passphrase of the vault"));
        out().println("unsealed by slot " + opened.get(VaultContract.SLOT) + ": " + opened.get(VaultContract.SECRETS)
                + " secrets, " + opened.get(VaultContract.VERSIONS) + " versions");
    }

    @Command(
            description = "Closes the vault: no secret is read or lent until it is unsealed.",
            footer = {"", "Example: nullctl vault seal"})
    void seal() throws Exception {
        call(VaultContract.SEAL);
        out().println("sealed");
    }

    @Command(
            description =
                    "Says whether the vault is new, sealed or unsealed, what opens it, and how many attempts failed.",
            footer = {"", "Example: nullctl vault status --json | jq -r .state"})
    void status(@Mixin JsonOption json) throws Exception {
        JsonElement status = ask(VaultContract.STATUS);
        if (!json.print(out(), status)) {
            Table.printMembers(out(), status.getAsJsonObject());
        }
    }

    @Command(
            description = "Lists a secret's versions, the newest first.",
            footer = {"", "Example: nullctl vault history OPENAI_KEY"})
    void history(@Parameters(paramLabel = "NAME", description = NAME) SecretName name, @Mixin JsonOption json)
            throws Exception {
        JsonElement result = ask(VaultContract.HISTORY_OF, VaultContract.NAME.is(name));
        if (json.print(out(), result)) {
            return;
        }
        if (ApplianceClient.decode(VaultContract.HISTORY_OF, result).get(VaultContract.DELETED)) {
            out().println(name + " is deleted; nullctl vault undelete brings it back");
        }
        Table.print(
                out(),
                result.getAsJsonObject().get(VaultContract.HISTORY.name()),
                "no versions",
                VaultContract.VERSION,
                Fields.STATE,
                VaultContract.CANARY,
                VaultContract.CREATED);
    }

    @Command(
            description = "Hides a secret from agents and from vault get, until it is undeleted or set anew.",
            footer = {"", "Example: nullctl vault delete OPENAI_KEY"})
    void delete(@Parameters(paramLabel = "NAME", description = NAME) SecretName name) throws Exception {
        call(VaultContract.DELETE, VaultContract.NAME.is(name));
        out().println(name + " deleted");
    }

    @Command(
            description = "Brings a deleted secret back.",
            footer = {"", "Example: nullctl vault undelete OPENAI_KEY"})
    void undelete(@Parameters(paramLabel = "NAME", description = NAME) SecretName name) throws Exception {
        Message back = call(VaultContract.UNDELETE, VaultContract.NAME.is(name));
        out().println(name + " is back, version " + back.get(VaultContract.VERSION));
    }

    @Command(
            description = "Removes a secret, or one version of it, from the vault's file for good.",
            footer = {
                "",
                "Examples:",
                "  nullctl vault destroy OPENAI_KEY --secret-version 1 --yes",
                "  nullctl vault destroy OPENAI_KEY --yes"
            })
    void destroy(
            @Parameters(paramLabel = "NAME", description = NAME) SecretName name,
            @Option(
                            names = "--secret-version",
                            paramLabel = "N",
                            description = "Only this version; all and the history when not given.")
                    Optional<Long> version,
            @Option(names = "--yes", description = "Yes, for good.") boolean yes)
            throws Exception {
        if (!yes) {
            throw new UsageException("what is destroyed does not come back: say --yes to destroy "
                    + version.map(one -> "version " + one).orElse("all versions") + " of " + name);
        }
        Message destroyed = call(
                VaultContract.DESTROY, Message.of(VaultContract.NAME.is(name)).and(VaultContract.VERSION, version));
        out().println(name + ": versions destroyed: " + destroyed.get(VaultContract.DESTROYED));
    }

    @Command(
            description = "Lists which run of which agent holds which secrets.",
            footer = {"", "Example: nullctl vault leases --agent hello"})
    void leases(
            @Option(names = "--agent", paramLabel = "AGENT", description = "Only this one's.") Optional<String> agent,
            @Mixin ListOption json)
            throws Exception {
        JsonObject result = ask(VaultContract.LEASES).getAsJsonObject();
        JsonArray leases = new JsonArray();
        for (JsonElement lease : ApplianceClient.list(result, VaultContract.LEASE_LIST)) {
            if (agent.isEmpty() || agent.get().equals(CellFormat.of(lease, Fields.AGENT))) {
                leases.add(lease);
            }
        }
        json.print(
                out(),
                leases,
                "no leases",
                VaultContract.LEASE,
                Fields.AGENT,
                VaultContract.RUN,
                Fields.STATE,
                VaultContract.NAMES,
                VaultContract.SINCE,
                VaultContract.UNTIL);
        long leftOut = ApplianceClient.decode(VaultContract.LEASES, result).get(VaultContract.LEFT_OUT);
        if (!json.isGiven() && leftOut > 0) {
            out().println("and " + leftOut + " older ones, which are over");
        }
    }

    @Command(
            description = "Takes an agent's secrets back: all its leases, those of one run, or one lease.",
            footer = {
                "",
                "Examples:",
                "  nullctl vault revoke hello",
                "  nullctl vault revoke hello --run 3",
                "  nullctl vault revoke --lease L17"
            })
    void revoke(
            @Parameters(paramLabel = "AGENT", arity = "0..1", description = "Whose leases.") Optional<AgentName> agent,
            @Option(names = "--run", paramLabel = "RUN", description = "Only those of this run.") Optional<String> run,
            @Option(names = "--lease", paramLabel = "LEASE", description = "Only this one, as vault leases lists it.")
                    Optional<String> lease)
            throws Exception {
        if (agent.isEmpty() == lease.isEmpty() || (lease.isPresent() && run.isPresent())) {
            throw new UsageException("which leases? an AGENT's, with or without --run, or one by --lease");
        }
        Message which = Message.of()
                .and(VaultContract.AGENT, agent)
                .and(VaultContract.RUN, run)
                .and(VaultContract.LEASE, lease);
        long revoked = call(VaultContract.REVOKE, which).get(VaultContract.REVOKED);
        if (revoked == 0) {
            String whose = lease.or(() -> agent.map(AgentName::value)).orElse("");
            throw new RpcException(
                    VaultReason.LEASE_UNKNOWN, "no lease of " + whose + " is in force: nothing was revoked");
        }
        out().println("leases revoked: " + revoked);
    }
}
