package dev.nullbox.nullctl.command.program;

import dev.nullbox.nullctl.client.PortForward;
import dev.nullbox.nullctl.command.BaseCommand;
import dev.nullbox.nullctl.terminal.LocalFileException;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.service.TerminalText;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code nullctl port-forward}: ports of this machine that lead into an agent's guest. */
@Command(
        name = "port-forward",
        description = "Connects ports of this machine to TCP ports of an agent's 127.0.0.1, until Ctrl-C.",
        footer = {
            "",
            "PORTS is GUEST, LOCAL:GUEST or ADDRESS:LOCAL:GUEST. Without an address it is",
            "127.0.0.1; LOCAL 0 takes a free port. What egress rules say of the agent does",
            "not change: the connections go by the management port.",
            "",
            "Example: nullctl port-forward coder 8080:8000"
        })
public final class PortForwardCommand extends BaseCommand {
    private static final int MAX_PORT = 65_535;

    @Parameters(index = "0", paramLabel = "AGENT", description = "Its name, as nullctl agents lists it.")
    private String agent = "";

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "PORTS", description = "The local and the guest's port.")
    private List<String> ports = List.of();

    /** A pair of ports, as an operator names it. */
    record Ports(InetSocketAddress local, int guest) {
        static Ports parse(String word) throws UsageException {
            int last = word.lastIndexOf(':');
            int guest = number(word, word.substring(last + 1), 1);
            if (last < 0) {
                return new Ports(new InetSocketAddress(InetAddress.getLoopbackAddress(), guest), guest);
            }
            String before = word.substring(0, last);
            int first = before.lastIndexOf(':');
            int local = number(word, before.substring(first + 1), 0);
            InetAddress address =
                    first < 0 ? InetAddress.getLoopbackAddress() : address(word, before.substring(0, first));
            return new Ports(new InetSocketAddress(address, local), guest);
        }

        private static int number(String word, String digits, int least) throws UsageException {
            if (digits.matches("[0-9]{1,5}")) {
                int number = Integer.parseInt(digits);
                if (number >= least && number <= MAX_PORT) {
                    return number;
                }
            }
            throw new UsageException("PORTS '" + word + "': '" + digits + "' is no port from " + least + " to "
                    + MAX_PORT + "; write LOCAL:GUEST, as 8080:8000");
        }

        private static InetAddress address(String word, String text) throws UsageException {
            try {
                return InetAddress.getByName(text);
            } catch (UnknownHostException e) {
                throw new UsageException("PORTS '" + word + "': this machine has no address " + text);
            }
        }
    }

    @Override
    protected void execute() throws Exception {
        List<Ports> pairs = new ArrayList<>();
        for (String word : ports) {
            pairs.add(Ports.parse(word));
        }
        // It fails here where every connection would.
        ask(AgentContract.AGENT_INSPECT, Fields.AGENT.is(agent));
        List<PortForward> open = new ArrayList<>();
        try {
            for (Ports pair : pairs) {
                open.add(listen(pair));
            }
            new CountDownLatch(1).await();
        } finally {
            for (PortForward forward : open) {
                forward.close();
            }
        }
    }

    private PortForward listen(Ports pair) throws LocalFileException {
        try {
            PortForward forward = PortForward.open(
                    session()::connect, Fields.AGENT.is(agent), pair.local(), pair.guest(), this::tell);
            InetSocketAddress local = forward.local();
            out().println(local.getAddress().getHostAddress() + ":" + local.getPort() + " leads to port " + pair.guest()
                    + " of " + TerminalText.line(agent));
            return forward;
        } catch (IOException e) {
            throw new LocalFileException(
                    "cannot listen on " + pair.local().getAddress().getHostAddress() + ":"
                            + pair.local().getPort(),
                    e);
        }
    }

    private void tell(String problem) {
        streams().err().println(TerminalText.line("nullctl: " + problem));
    }
}
