package dev.nullbox.nullctl.command.vault;

import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.Answer;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.command.Verb;
import dev.nullbox.nullctl.terminal.Bytes;
import dev.nullbox.nullctl.terminal.NewFile;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.service.TerminalText;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl vault get NAME}: never without a word that says so. */
@Command(
        name = "get",
        mixinStandardHelpOptions = true,
        description = {
            "Shows a secret, which the appliance records.",
            "--reveal prints it when it is text; --output writes its bytes to a new file (mode 0600), or to standard output as they are when FILE is -."
        },
        footer = {
            "",
            "Examples:",
            "  nullctl vault get OPENAI_KEY --reveal",
            "  nullctl vault get TLS_KEY --secret-version 2 --output key.pem"
        })
final class VaultGetCommand extends Verb {
    @Parameters(paramLabel = "NAME", description = "The secret's name.")
    private String name = "";

    @Option(names = "--secret-version", paramLabel = "N", description = "This version; the newest when not given.")
    private @Nullable Integer version;

    @Option(names = "--reveal", description = "Print the value.")
    private boolean reveal;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Write the value's bytes there.")
    private @Nullable Path output;

    @Option(names = "--force", description = "Replace FILE if it is there.")
    private boolean force;

    @Override
    protected void perform() throws Exception {
        if (reveal == (output != null)) {
            throw new UsageException("vault get shows a secret: say --reveal to print it, or --output FILE");
        }
        if (output == null || output.equals(Path.of("-"))) {
            print();
            return;
        }
        try (NewFile file = NewFile.at(output, force)) {
            byte[] value = value();
            try {
                file.write(value);
            } finally {
                Arrays.fill(value, (byte) 0);
            }
            file.commit();
        }
        out().println(TerminalText.line(name) + " written to " + output);
    }

    private void print() throws Exception {
        byte[] value = value();
        try {
            if (output != null) {
                Bytes.print(io(), value);
                return;
            }
            String text = TerminalText.text(value)
                    .orElseThrow(() -> new UsageException(
                            "the value is not plain text, which a terminal might obey: --output FILE, or --output -"));
            out().print(text.endsWith("\n") ? text : text + "\n");
        } finally {
            Arrays.fill(value, (byte) 0);
        }
    }

    private byte[] value() throws Exception {
        JsonObject params = ApplianceClient.params("name", name);
        if (version != null) {
            params.addProperty("version", version);
        }
        return Answer.of("vault.get", ask("vault.get", params)).bytes("value");
    }
}
