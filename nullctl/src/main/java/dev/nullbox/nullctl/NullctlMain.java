package dev.nullbox.nullctl;

import dev.nullbox.rpc.RpcException;
import java.io.Console;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code nullctl}: drives an appliance from the operator's machine.
 *
 * <p>Exit codes: 0 done; 1 the appliance refused; 2 wrong usage; 3 no conversation with the appliance.
 */
@Command(
        name = "nullctl",
        version = "nullctl 0.1.0",
        mixinStandardHelpOptions = true,
        description = "Drives a NullBox appliance over mutually authenticated TLS.",
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:the appliance refused: code, field and remedy are printed",
            "2:wrong usage",
            "3:cannot talk to the appliance: address, cause and remedy are printed"
        },
        subcommands = {
            StatusCommand.class,
            AgentsCommand.class,
            StartCommand.class,
            StopCommand.class,
            VaultCommand.class,
            LogsCommand.class,
            EgressCommand.class,
            ShutdownCommand.class,
            AutoComplete.GenerateCompletion.class
        })
public final class NullctlMain implements Runnable {
    static final int REFUSED = 1;
    static final int USAGE = 2;
    static final int CANNOT_CONNECT = 3;

    private final Io io;

    @Option(
            names = "--address",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:7443",
            converter = Address.Converter.class,
            description = "The appliance's gateway; ${DEFAULT-VALUE} when not given.")
    private Address address = new Address("127.0.0.1", GatewayMain.PORT);

    @Option(
            names = "--credentials",
            paramLabel = "DIR",
            description = {
                "Directory of client.p12 and ca.pem;",
                "$${NULLBOX_CACHE:-$$HOME/.cache/nullbox}/credentials when not given."
            })
    private @Nullable Path credentials;

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    NullctlMain(Io io) {
        this.io = io;
    }

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        Optional<Io.Prompt> prompt = Optional.ofNullable(System.console())
                .filter(Console::isTerminal)
                .map(console -> question -> Optional.ofNullable(console.readPassword("%s", question)));
        System.exit(run(new Io(System.in, out, err, System.getenv(), prompt), args));
    }

    /** Runs one command; its exit code. */
    static int run(Io io, String... args) {
        CommandLine line = new CommandLine(new NullctlMain(io));
        Optional.ofNullable(line.getSubcommands().get("generate-completion"))
                .ifPresent(command -> command.getCommandSpec().usageMessage().hidden(true));
        line.setOut(io.out());
        line.setErr(io.err());
        line.setExecutionExceptionHandler((failure, command, parsed) -> explain(io.err(), failure));
        int code = line.execute(args);
        io.out().flush();
        io.err().flush();
        return code;
    }

    /** Without a command: says what there is. */
    @Override
    public void run() {
        if (spec != null) {
            throw new CommandLine.ParameterException(spec.commandLine(), "which command? nullctl --help lists them");
        }
    }

    Io io() {
        return io;
    }

    ApplianceClient connect() throws CannotConnectException {
        return ApplianceClient.connect(address, credentials == null ? defaultCredentials() : credentials);
    }

    private Path defaultCredentials() {
        String cache = io.environment().getOrDefault("NULLBOX_CACHE", "");
        return cache.isEmpty()
                ? Path.of(io.environment().getOrDefault("HOME", "/"), ".cache", "nullbox", "credentials")
                : Path.of(cache, "credentials");
    }

    private static int explain(PrintWriter err, Exception failure) throws Exception {
        return switch (failure) {
            case RpcException refusal -> {
                err.println(Refusals.text(refusal));
                yield REFUSED;
            }
            case CannotConnectException unreachable -> {
                err.println(Printable.line("nullctl: " + unreachable.getMessage()));
                err.println(Printable.line("  remedy: " + unreachable.remedy()));
                yield CANNOT_CONNECT;
            }
            case UsageException wrong -> {
                err.println(Printable.line("nullctl: " + wrong.getMessage()));
                yield USAGE;
            }
            default -> throw failure;
        };
    }
}
