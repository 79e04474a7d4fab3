package dev.nullbox.nullctl.command.context;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.Address;
import dev.nullbox.nullctl.client.Contexts;
import dev.nullbox.nullctl.command.CommandContext;
import dev.nullbox.nullctl.command.ListOption;
import dev.nullbox.nullctl.terminal.LocalFileException;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Fields;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl context}: names for several appliances. */
@Command(
        name = "context",
        description = "Names appliances, and chooses the one that nullctl drives.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "A context is an address and a directory of credentials. local is the",
            "appliance of this machine; --context NAME and $NULLBOX_CONTEXT choose",
            "another for one command, --address and --credentials win over both.",
            "",
            "Examples:",
            "  nullctl context add lab --address lab.example:7443 --credentials ~/lab",
            "  nullctl context use lab",
            "  nullctl context list"
        })
public final class ContextCommand extends CommandContext {
    private static final String NAME = "Its name, as nullctl context list has it.";
    private static final Field<Boolean> IN_USE = Field.of("in_use", FieldType.TRUTH, "whether nullctl drives it now");
    private static final Field<String> CREDENTIALS =
            Field.of("credentials", FieldType.TEXT, "the directory of client.p12 and ca.pem");

    private Contexts contexts() throws UsageException, LocalFileException {
        return Contexts.of(streams().environment());
    }

    @Command(
            description = "Adds a context, or changes it; the first one is in use at once.",
            footer = {"", "Example: nullctl context add lab --address 192.0.2.7:7443 --credentials ~/lab"})
    void add(
            @Parameters(paramLabel = "NAME", description = "1 to 64 of A-Z a-z 0-9 . _ -") String name,
            @Option(
                            names = "--address",
                            paramLabel = "HOST:PORT",
                            required = true,
                            converter = Address.Converter.class,
                            description = "The appliance's gateway.")
                    Address address,
            @Option(
                            names = "--credentials",
                            paramLabel = "DIR",
                            description = "Directory of client.p12 and ca.pem; else this machine's own.")
                    Optional<Path> credentials)
            throws Exception {
        Contexts contexts = contexts();
        Path directory = credentials.isPresent()
                ? credentials.get().toAbsolutePath().normalize()
                : contexts.get(Contexts.LOCAL).credentials();
        if (credentials.isPresent()
                && !(Files.isReadable(directory.resolve("client.p12"))
                        && Files.isReadable(directory.resolve("ca.pem")))) {
            throw new UsageException(
                    "--credentials " + directory + ": there are no client.p12 and ca.pem in it that" + " can be read");
        }
        contexts.add(name, new Contexts.Context(address, directory));
        out().println("context " + name + " is " + address + (contexts.current().equals(name) ? ", and in use" : ""));
    }

    @Command(
            description = "Uses a context from now on.",
            footer = {"", "Example: nullctl context use lab && nullctl status"})
    void use(@Parameters(paramLabel = "NAME", description = NAME) String name) throws Exception {
        Contexts contexts = contexts();
        contexts.use(name);
        out().println("context " + name + " is in use: " + contexts.get(name).address());
    }

    @Command(
            description = "Lists the contexts, and which is in use.",
            footer = {"", "Example: nullctl context list"})
    void list(@Mixin ListOption json) throws Exception {
        Contexts contexts = contexts();
        JsonArray list = new JsonArray();
        contexts.all().forEach((name, context) -> {
            JsonObject object = new JsonObject();
            object.addProperty(Fields.NAME.name(), name);
            object.addProperty(IN_USE.name(), name.equals(contexts.current()));
            object.addProperty(Fields.ADDRESS.name(), context.address().toString());
            object.addProperty(CREDENTIALS.name(), context.credentials().toString());
            list.add(object);
        });
        json.print(out(), list, "no contexts", Fields.NAME, IN_USE, Fields.ADDRESS, CREDENTIALS);
    }

    @Command(
            description = "Forgets a context; its credentials stay where they are.",
            footer = {"", "Example: nullctl context remove lab"})
    void remove(@Parameters(paramLabel = "NAME", description = NAME) String name) throws Exception {
        Contexts contexts = contexts();
        contexts.remove(name);
        out().println("context " + name + " is forgotten; " + contexts.current() + " is in use");
    }
}
