package dev.nullbox.nullctl.command.vault;

import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.Answer;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.command.Verb;
import dev.nullbox.nullctl.terminal.SecretInput;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.service.TerminalText;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl vault set NAME}: the value comes from a prompt, standard input or a file, never from an argument. */
@Command(
        name = "set",
        mixinStandardHelpOptions = true,
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
final class VaultSetCommand extends Verb {
    /** Warden's own limit. */
    private static final int MAX_VALUE_BYTES = 64 * 1024;

    @Parameters(paramLabel = "NAME", description = "1 to 64 of A-Z a-z 0-9 _, no digit first.")
    private String name = "";

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
    protected void perform() throws Exception {
        byte[] value = file == null
                ? SecretInput.all(io(), "Value of " + TerminalText.line(name), MAX_VALUE_BYTES)
                : SecretInput.file(file, MAX_VALUE_BYTES);
        try {
            if (value.length == 0) {
                throw new UsageException("the value has no bytes: nothing was set");
            }
            if (value.length > MAX_VALUE_BYTES) {
                throw new UsageException("the value has more than " + MAX_VALUE_BYTES + " bytes: nothing was set");
            }
            JsonObject params = ApplianceClient.params("name", name);
            params.addProperty("value", Base64.getEncoder().encodeToString(value));
            if (canary) {
                params.addProperty("canary", true);
            }
            Answer set = Answer.of("vault.set", ask("vault.set", params));
            out().println(TerminalText.line(name) + " set, version " + set.count("version"));
        } finally {
            Arrays.fill(value, (byte) 0);
        }
    }
}
