package dev.nullbox.nullctl.command.vault;

import picocli.CommandLine.Command;

/** {@code nullctl vault}: the appliance's secrets. */
@Command(
        name = "vault",
        mixinStandardHelpOptions = true,
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
            VaultInitCommand.class,
            VaultUnsealCommand.class,
            VaultSealCommand.class,
            VaultStatusCommand.class,
            VaultRekeyCommand.class,
            VaultSetCommand.class,
            VaultGetCommand.class,
            VaultListCommand.class,
            VaultHistoryCommand.class,
            VaultDeleteCommand.class,
            VaultUndeleteCommand.class,
            VaultDestroyCommand.class,
            VaultExportCommand.class,
            VaultImportCommand.class,
            VaultLeasesCommand.class,
            VaultRevokeCommand.class,
            VaultAuditCommand.class
        })
public final class VaultCommand {}
