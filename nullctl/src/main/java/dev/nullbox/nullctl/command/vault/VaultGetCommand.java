package dev.nullbox.nullctl.command.vault;

import dev.nullbox.nullctl.command.BaseCommand;
import dev.nullbox.nullctl.command.OutputOptions;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.VaultContract;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.service.TerminalText;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl vault get NAME}: prints a value only with an option that says so. */
@Command(
        name = "get",
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
final class VaultGetCommand extends BaseCommand {
    @Parameters(paramLabel = "NAME", description = "The secret's name.")
    private SecretName name = new SecretName("UNSET");

    @Option(names = "--secret-version", paramLabel = "N", description = "This version; the newest when not given.")
    private Optional<Long> version = Optional.empty();

    @Option(names = "--reveal", description = "Print the value.")
    private boolean reveal;

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    protected void execute() throws Exception {
        if (reveal == output.isGiven()) {
            throw new UsageException("vault get shows a secret: say --reveal to print it, or --output FILE");
        }
        if (reveal) {
            fetch(this::print);
        } else {
            output.write(streams(), this::fetch);
            output.file().ifPresent(file -> out().println(name + " written to " + file));
        }
    }

    private void print(byte[] value) throws UsageException {
        String text = TerminalText.text(value)
                .orElseThrow(() -> new UsageException(
                        "the value is not plain text, which a terminal might obey: --output FILE, or --output -"));
        out().print(text.endsWith("\n") ? text : text + "\n");
    }

    private void fetch(OutputOptions.Sink sink) throws Exception {
        Message secret =
                call(VaultContract.GET, Message.of(VaultContract.NAME.is(name)).and(VaultContract.VERSION, version));
        try {
            sink.write(secret.get(VaultContract.VALUE));
        } finally {
            secret.wipe();
        }
    }
}
