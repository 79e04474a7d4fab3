package dev.nullbox.nullctl;

import dev.nullbox.nullctl.client.Address;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.client.CannotConnectException;
import dev.nullbox.nullctl.client.Contexts;
import dev.nullbox.nullctl.command.ApplianceCommands;
import dev.nullbox.nullctl.command.Session;
import dev.nullbox.nullctl.command.agent.AgentCommand;
import dev.nullbox.nullctl.command.agent.VolumeCommand;
import dev.nullbox.nullctl.command.context.ContextCommand;
import dev.nullbox.nullctl.command.disk.DiskCommand;
import dev.nullbox.nullctl.command.memory.MemoryCommand;
import dev.nullbox.nullctl.command.vault.VaultCommand;
import dev.nullbox.nullctl.terminal.LocalFileException;
import dev.nullbox.nullctl.terminal.Streams;
import dev.nullbox.nullctl.terminal.Terminals;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.Version;
import dev.nullbox.protocol.api.GatewayContract;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.TerminalText;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The program {@code nullctl}, which drives an appliance from the operator's machine.
 *
 * <p>Exit codes: 0 done; 1 the appliance refused; 2 wrong usage; 3 no connection to the appliance, or it broke off; 4 a
 * local file or stream could not be written. exec and run end with their program's.
 */
@Command(
        name = "nullctl",
        version = "nullctl " + Version.TEXT,
        description = "Drives a NullBox appliance over mutually authenticated TLS.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Exit codes:",
            "  0   done",
            "  1   the appliance refused: code, field and remedy are printed",
            "  2   wrong usage, or input that cannot be used: nothing was asked of the",
            "        appliance",
            "  3   cannot talk to the appliance: address, cause and remedy are printed",
            "  4   a file or standard output could not be written here",
            "  exec and run end with their program's code, and with 125 when nothing was run",
            "",
            "Examples:",
            "  nullctl status",
            "  nullctl agent add coder --manifest AGENT.toml image.tar",
            "  nullctl vault unseal",
            "  nullctl --address box.example:" + GatewayContract.PORT + " --credentials ~/box agents",
            "  nullctl logs coder -f",
            "  nullctl exec hello -- /bin/sh -c 'exit 3'",
            "  nullctl run coder -- /app/task",
            "  source <(nullctl completion bash)",
            "",
            "nullctl COMMAND --help says more of each."
        },
        subcommands = {
            AgentCommand.class,
            VolumeCommand.class,
            DiskCommand.class,
            VaultCommand.class,
            MemoryCommand.class,
            ContextCommand.class
        })
public final class NullctlMain extends ApplianceCommands implements Session {
    static final int REFUSED = 1;
    static final int USAGE = 2;
    static final int CANNOT_CONNECT = 3;
    static final int LOCAL = 4;

    private final Streams io;

    @Option(
            names = "--address",
            paramLabel = "HOST:PORT",
            converter = Address.Converter.class,
            description = "The appliance's gateway; else the context's.")
    private @Nullable Address address;

    @Option(
            names = "--credentials",
            paramLabel = "DIR",
            description = {"Directory of client.p12 and ca.pem; else the context's."})
    private @Nullable Path credentials;

    @Option(
            names = "--context",
            paramLabel = "NAME",
            description = {
                "The appliance that nullctl context add named so; else $$" + Contexts.VARIABLE + ",",
                "else the one in use. local: 127.0.0.1:" + GatewayContract.PORT + ", credentials in",
                "$${NULLBOX_CACHE:-$$HOME/.cache/nullbox}/credentials."
            })
    private @Nullable String context;

    NullctlMain(Streams io) {
        this.io = io;
    }

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        Streams io = Streams.of(System.in, System.out, System.err, System.getenv(), Terminals.ofThisProcess());
        System.exit(run(io.withSeen(Terminals.isOutSeen(), Terminals.isErrorSeen()), args));
    }

    /** Runs one command; its exit code. */
    public static int run(Streams io, String... args) {
        CommandLine line = new CommandLine(new NullctlMain(io));
        line.setOut(io.out());
        line.setErr(io.err());
        // An argument that begins with @ is not the name of a file of arguments.
        line.setExpandAtFiles(false);
        line.getSubcommands().values().forEach(group -> sort(group.getCommandSpec()));
        line.registerConverter(AgentName.class, text -> identifier(AgentName::new, text));
        line.registerConverter(SecretName.class, text -> identifier(SecretName::new, text));
        line.setParameterExceptionHandler((wrong, _) -> UsageErrors.explain(io.err(), wrong));
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            int code = explain(io.err(), failure);
            int own = command.getCommandSpec().exitCodeOnExecutionException();
            return own == CommandLine.ExitCode.SOFTWARE ? code : own;
        });
        int code = line.execute(args);
        io.err().flush();
        if (io.out().checkError() && code == 0) {
            io.err().println("nullctl: standard output could not be written");
            return LOCAL;
        }
        return code;
    }

    @Override
    public Streams io() {
        return io;
    }

    @Override
    public ApplianceClient connect() throws CannotConnectException {
        if (address != null && credentials != null) {
            return ApplianceClient.connect(address, credentials);
        }
        Contexts.Context chosen = chosen();
        return ApplianceClient.connect(
                address == null ? chosen.address() : address, credentials == null ? chosen.credentials() : credentials);
    }

    /** The context that fills in what the options leave open. */
    private Contexts.Context chosen() throws CannotConnectException {
        try {
            Contexts contexts = Contexts.of(io.environment());
            String variable = io.environment().getOrDefault(Contexts.VARIABLE, "");
            String name = variable.isEmpty() ? contexts.current() : variable;
            return contexts.get(context == null ? name : context);
        } catch (UsageException | LocalFileException e) {
            throw new CannotConnectException(
                    String.valueOf(e.getMessage()),
                    "name the appliance by --address and --credentials, or by --context");
        }
    }

    /** Sorts a group's commands, of which some are classes and some methods, by their names. */
    private static void sort(CommandLine.Model.CommandSpec group) {
        for (Map.Entry<String, CommandLine> command : new TreeMap<>(group.subcommands()).entrySet()) {
            group.removeSubcommand(command.getKey());
            group.addSubcommand(command.getKey(), command.getValue());
        }
    }

    /** Converts an identifier; the message for a wrong one does not repeat it, as it may be a misplaced secret. */
    private static <T> T identifier(Function<String, T> parse, String text) {
        try {
            return parse.apply(text);
        } catch (InvalidValueException e) {
            throw new CommandLine.TypeConversionException("not a name: " + e.remedy());
        }
    }

    /** The lines of the text, each made safe for a terminal. */
    private static Stream<String> lines(String text) {
        return text.lines().map(TerminalText::line);
    }

    private static int explain(PrintWriter err, Exception failure) throws Exception {
        return switch (failure) {
            case RpcException error -> {
                err.println(ErrorMessages.text(error));
                yield REFUSED;
            }
            case CannotConnectException unreachable -> {
                err.println(TerminalText.line("nullctl: " + unreachable.getMessage()));
                err.println(TerminalText.line("  remedy: " + unreachable.remedy()));
                yield CANNOT_CONNECT;
            }
            case UsageException wrong -> {
                lines("nullctl: " + wrong.getMessage()).forEach(err::println);
                yield USAGE;
            }
            case LocalFileException unwritten -> {
                err.println(TerminalText.line("nullctl: " + unwritten.getMessage()));
                yield LOCAL;
            }
            default -> throw failure;
        };
    }
}
