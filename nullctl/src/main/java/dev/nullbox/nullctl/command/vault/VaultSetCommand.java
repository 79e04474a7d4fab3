package dev.nullbox.nullctl.command.vault;

import dev.nullbox.nullctl.command.BaseCommand;
import dev.nullbox.nullctl.terminal.SecretInput;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.VaultContract;
import dev.nullbox.protocol.id.SecretName;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl vault set NAME}: the value comes from a prompt, standard input or a file, never from an argument. */
@Command(
        name = "set",
        description = {
            "Sets a secret, or a new version of it.",
            "The value comes from a prompt that does not show it, or, when standard input is no terminal, from there:"
                    + " one line feed at its end (with a carriage return before it, if there is one) is taken off, as"
                    + " echo and text editors add it. With --file it is the file's bytes, all of them."
        },
        footer = {
            "",
            "Examples:",
            "  nullctl vault set OPENAI_KEY",
            "  pass show openai | nullctl vault set OPENAI_KEY",
            "  nullctl vault set TLS_KEY --file key.pem",
            "  nullctl vault set OLD_ADMIN_KEY --canary"
        })
final class VaultSetCommand extends BaseCommand {
    @Parameters(paramLabel = "NAME", description = "1 to 64 of A-Z a-z 0-9 _, no digit first.")
    private SecretName name = new SecretName("UNSET");

    @Option(
            names = {"--file", "--from-file"},
            paramLabel = "FILE",
            description = "Take the value from this file, unchanged.")
    private @Nullable Path file;

    @Option(
            names = "--canary",
            description = "A bait: an agent that asks for it is stopped, and the appliance raises an alarm.")
    private boolean canary;

    @Override
    protected void execute() throws Exception {
        byte[] value = file == null
                ? SecretInput.all(streams(), "Value of " + name, VaultContract.MAX_VALUE_BYTES)
                : SecretInput.file(file, VaultContract.MAX_VALUE_BYTES);
        if (value.length == 0) {
            throw new UsageException("the value has no bytes: nothing was set");
        }
        if (value.length > VaultContract.MAX_VALUE_BYTES) {
            throw new UsageException(
                    "the value has more than " + VaultContract.MAX_VALUE_BYTES + " bytes: nothing was set");
        }
        Message set = call(
                VaultContract.SET,
                Message.of(VaultContract.NAME.is(name), VaultContract.VALUE.is(value))
                        .andIf(VaultContract.CANARY, canary));
        out().println(name + " set, version " + set.get(VaultContract.VERSION));
    }
}
