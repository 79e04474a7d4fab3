package dev.nullbox.ctxgraph;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;

/**
 * {@code McpBench [COMMAND...]}: round trips of the Model Context Protocol in a second, by one client, one after the
 * other: entities created (on disk when answered) and opened. Ours go over HTTP; those of COMMAND, as the reference memory
 * server, over its standard input and output. One line {@code NAME VALUE} each.
 */
final class McpBench {
    private static final int WARM_UP = 200;
    private static final int COUNT = 500;
    private static final String INITIALIZE = "\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-11-25\","
            + "\"capabilities\":{},\"clientInfo\":{\"name\":\"bench\",\"version\":\"1\"}}}";

    private McpBench() {}

    /** One call and its answer. */
    @FunctionalInterface
    private interface Channel {
        String call(String message) throws IOException;
    }

    public static void main(String[] command) throws Exception {
        HttpDoor.setBounds();
        Path directory = Files.createTempDirectory("nullbox-mcp-bench-");
        try (TestMemory memory = new TestMemory(directory);
                HttpDoor door = HttpDoor.open(TestMemory.actor("bench"), RawHttp.LOOPBACK, 0, memory.service())) {
            URI uri = URI.create("http://127.0.0.1:" + door.address().getPort() + "/mcp");
            String session =
                    post(uri, "", "{\"jsonrpc\":\"2.0\",\"id\":0," + INITIALIZE).getHeaderField("Mcp-Session-Id");
            measure("mcp", message -> text(post(uri, session, message)));
        }
        if (command.length > 0) {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (OutputStream out = process.getOutputStream();
                    BufferedReader in = new BufferedReader(
                            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                Channel channel = message -> {
                    out.write((message + "\n").getBytes(StandardCharsets.UTF_8));
                    out.flush();
                    return String.valueOf(in.readLine());
                };
                channel.call("{\"jsonrpc\":\"2.0\",\"id\":0," + INITIALIZE);
                measure("mcp_reference", channel);
            } finally {
                process.destroyForcibly();
            }
        }
    }

    private static void measure(String name, Channel channel) throws IOException {
        IntFunction<String> create = i -> tool(
                i,
                "create_entities",
                "\"entities\":[{\"name\":\"n" + i + "\",\"entityType\":\"note\",\"observations\":[\"a note\"]}]");
        IntFunction<String> open = i -> tool(i, "open_nodes", "\"names\":[\"n" + i % WARM_UP + "\"]");
        rate(channel, create, 0, WARM_UP);
        rate(channel, open, 0, WARM_UP);
        print(name + ".put_per_second", rate(channel, create, WARM_UP, COUNT));
        print(name + ".get_per_second", rate(channel, open, WARM_UP, COUNT));
    }

    private static void print(String name, double value) {
        System.out.println(name + " " + String.format(Locale.ROOT, "%.1f", value));
    }

    private static double rate(Channel channel, IntFunction<String> message, int from, int count) throws IOException {
        long begun = System.nanoTime();
        for (int i = from; i < from + count; i++) {
            String answer = channel.call(message.apply(i));
            if (!answer.contains("\"id\":" + i) || answer.contains("isError")) {
                throw new IOException("answered " + answer);
            }
        }
        return count * 1e9 / (System.nanoTime() - begun);
    }

    private static String tool(int id, String name, String arguments) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"tools/call\",\"params\":{\"name\":\"" + name
                + "\",\"arguments\":{" + arguments + "}}}";
    }

    private static HttpURLConnection post(URI uri, String session, String message) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        connection.setRequestMethod("POST");
        connection.setDoOutput(true);
        for (String header : List.of("Content-Type: application/json", "Accept: application/json, text/event-stream")) {
            int colon = header.indexOf(':');
            connection.setRequestProperty(header.substring(0, colon), header.substring(colon + 2));
        }
        if (!session.isEmpty()) {
            connection.setRequestProperty("Mcp-Session-Id", session);
        }
        try (OutputStream out = connection.getOutputStream()) {
            out.write(message.getBytes(StandardCharsets.UTF_8));
        }
        return connection;
    }

    private static String text(HttpURLConnection connection) throws IOException {
        try (InputStream in = connection.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
