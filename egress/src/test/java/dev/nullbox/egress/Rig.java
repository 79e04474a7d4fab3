package dev.nullbox.egress;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Network namespaces of the test's own: two agents - host - internet. Nothing leaves them. The internet counts what
 * arrives with its own nftables counters.
 */
final class Rig {
    private static final String COUNTERS = """
            add table inet count
            add counter inet count tcp443
            add counter inet count tcp444
            add counter inet count other
            add counter inet count udp53
            add counter inet count udp67
            add counter inet count tcp53
            add counter inet count tcp853
            add counter inet count udp853
            add counter inet count udp443
            add counter inet count udp137
            add counter inet count udp5353
            add counter inet count udp5355
            add counter inet count pings
            add counter inet count sixes
            add chain inet count arrivals { type filter hook prerouting priority raw; policy accept; }
            add rule inet count arrivals ip daddr 192.0.2.7 tcp dport 443 counter name tcp443
            add rule inet count arrivals ip daddr 192.0.2.7 tcp dport 444 counter name tcp444
            add rule inet count arrivals ip daddr 192.0.2.8 counter name other
            add rule inet count arrivals udp dport 53 counter name udp53
            add rule inet count arrivals udp dport 67 counter name udp67
            add rule inet count arrivals tcp dport 53 counter name tcp53
            add rule inet count arrivals tcp dport 853 counter name tcp853
            add rule inet count arrivals udp dport 853 counter name udp853
            add rule inet count arrivals udp dport 443 counter name udp443
            add rule inet count arrivals udp dport 137 counter name udp137
            add rule inet count arrivals udp dport 5353 counter name udp5353
            add rule inet count arrivals udp dport 5355 counter name udp5355
            add rule inet count arrivals icmp type echo-request counter name pings
            add rule inet count arrivals ip6 daddr fd00:2::7 counter name sixes
            """;

    /** Packets that the host's own packet filter has let through to it. */
    private static final String HOST_COUNTERS = """
            add table inet count
            add counter inet count udp53
            add counter inet count udp68
            add chain inet count passed { type filter hook input priority 100; policy accept; }
            add rule inet count passed udp dport 53 counter name udp53
            add rule inet count passed udp dport 68 counter name udp68
            """;

    private static final int LINE_SECONDS = 20;

    /** A process with a line of commands to it. */
    record Running(Process process, BufferedReader out, BufferedWriter in) {
        /** The next line that has all the texts; those before it are passed over. */
        String lineWith(String... texts) throws Exception {
            return CompletableFuture.supplyAsync(() -> out.lines()
                            .filter(line -> Arrays.stream(texts).allMatch(line::contains))
                            .findFirst()
                            .orElse("no such line"))
                    .get(LINE_SECONDS, TimeUnit.SECONDS);
        }

        String run(String command) throws IOException {
            in.write(command);
            in.newLine();
            in.flush();
            String answer = out.readLine();
            if (answer == null) {
                throw new IOException("died at: " + command);
            }
            return answer;
        }
    }

    private final String prefix = "nbx" + ProcessHandle.current().pid();
    private final Map<String, Running> peers = new LinkedHashMap<>();
    private final List<Process> processes = new ArrayList<>();

    /** Builds the namespaces; root and iproute2 are needed. */
    Rig() throws IOException, InterruptedException {
        for (String name : List.of("host", "agent1", "agent2", "world")) {
            run("ip", "netns", "add", namespace(name));
            in(name, "ip", "link", "set", "lo", "up");
            // link-local addresses serve at once, not after a second of duplicate address detection
            in(name, "sh", "-c", "for f in /proc/sys/net/ipv6/conf/*/accept_dad; do echo 0 >$f; done");
        }
        veth("nb1", "10.221.1.1/30", "agent1", "10.221.1.2/30", "fd00:1::");
        veth("nb2", "10.221.2.1/30", "agent2", "10.221.2.2/30", "fd00:3::");
        veth("up0", "192.0.2.1/24", "world", "192.0.2.7/24", "fd00:2::");
        in("world", "ip", "addr", "add", "192.0.2.8/24", "dev", "eth0");
        in("world", "ip", "-6", "addr", "add", "fd00:2::7/64", "dev", "eth0", "nodad");
        in("agent1", "ip", "addr", "add", "10.221.1.77/32", "dev", "lo");
        for (String name : List.of("agent1", "agent2", "world")) {
            String gateway = name.equals("world") ? "192.0.2.1" : "10.221." + name.substring(5) + ".1";
            in(name, "ip", "route", "add", "default", "via", gateway);
        }
        in("agent1", "ip", "-6", "route", "add", "default", "via", "fd00:1::1");
        in("world", "ip", "-6", "route", "add", "default", "via", "fd00:2::1");
        in("host", "ip", "route", "add", "10.221.1.77/32", "via", "10.221.1.2");
        in(
                "host",
                "sh",
                "-c",
                "cd /proc/sys/net; echo 1 >ipv4/ip_forward; echo 6160 >ipv4/icmp_ratemask; echo 1 >ipv6/conf/all/forwarding;"
                        + " for f in ipv4/conf/*/rp_filter; do echo 0 >$f; done");
        in("world", "nft", COUNTERS);
        in("host", "nft", HOST_COUNTERS);
        for (String name : List.of("host", "agent1", "agent2", "world")) {
            peers.put(name, peer(name));
        }
    }

    private void veth(String host, String hostAddress, String name, String address, String v6)
            throws IOException, InterruptedException {
        run(
                "ip",
                "link",
                "add",
                host,
                "netns",
                namespace("host"),
                "type",
                "veth",
                "peer",
                "name",
                "eth0",
                "netns",
                namespace(name));
        in("host", "ip", "addr", "add", hostAddress, "dev", host);
        in("host", "ip", "-6", "addr", "add", v6 + "1/64", "dev", host, "nodad");
        in("host", "ip", "link", "set", host, "up");
        in(name, "ip", "addr", "add", address, "dev", "eth0");
        in(name, "ip", "-6", "addr", "add", v6 + "2/64", "dev", "eth0", "nodad");
        in(name, "ip", "link", "set", "eth0", "up");
    }

    private Running peer(String name) throws IOException {
        Running running = java(name, Map.of(), Peer.class.getName());
        if (!"up".equals(running.out().readLine())) {
            throw new IOException("no peer in " + name);
        }
        return running;
    }

    /** A Java program in a namespace, with this test's classes. */
    Running java(String name, Map<String, String> environment, String mainClass) throws IOException {
        String path = System.getProperty("jdk.module.path", "") + File.pathSeparator
                + System.getProperty("java.class.path", "") + File.pathSeparator + "target/classes"
                + File.pathSeparator + "target/test-classes";
        ProcessBuilder builder = new ProcessBuilder(
                "ip",
                "netns",
                "exec",
                namespace(name),
                System.getProperty("java.home") + "/bin/java",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                path,
                mainClass);
        builder.environment().putAll(environment);
        Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        processes.add(process);
        return new Running(
                process, process.inputReader(StandardCharsets.UTF_8), process.outputWriter(StandardCharsets.UTF_8));
    }

    /** Runs a command of a peer and returns its response. */
    String run(String name, String command) throws IOException {
        Running peer = peers.get(name);
        if (peer == null) {
            throw new IOException("no peer " + name);
        }
        return peer.run(command);
    }

    /** Number of packets of a kind that have arrived at the internet. */
    long arrived(String counter) throws IOException, InterruptedException {
        return arrived("world", counter);
    }

    /** Number of packets of a kind that have arrived in a namespace that counts them. */
    long arrived(String name, String counter) throws IOException, InterruptedException {
        String listing = in(name, "nft", "list", "counter", "inet", "count", counter);
        String rest = listing.substring(listing.indexOf("packets ") + 8);
        return Long.parseLong(rest.substring(0, rest.indexOf(' ')));
    }

    /** Runs a command in a namespace; its output. */
    String in(String name, String... command) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", namespace(name)));
        words.addAll(Arrays.asList(command));
        return run(words.toArray(String[]::new));
    }

    /** Starts a command in a namespace; it ends with the rig. */
    Process start(String name, String... command) throws IOException {
        List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", namespace(name)));
        words.addAll(Arrays.asList(command));
        Process process = new ProcessBuilder(words)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        processes.add(process);
        return process;
    }

    private String namespace(String name) {
        return prefix + "-" + name;
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("needs root and iproute2: " + String.join(" ", command) + ": " + output);
        }
        return output;
    }

    /** Takes everything down again. */
    void close() throws IOException, InterruptedException {
        for (Process process : processes) {
            process.destroyForcibly();
            process.waitFor(5, TimeUnit.SECONDS);
        }
        for (String name : List.of("host", "agent1", "agent2", "world")) {
            run("ip", "netns", "del", namespace(name));
        }
    }
}
