package dev.nullbox.ctxgraph;

import com.google.gson.JsonObject;
import dev.nullbox.ctxgraph.http.RawHttp;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Round trips of the Model Context Protocol in a second, by one client, one after the other: entities created, and
 * opened. The same client for our listener and for another memory server, whose channel is its standard input and
 * output.
 */
final class McpRoundTrips {
    private static final int WARM_UP = 200;
    private static final int COUNT = 500;
    private static final String INITIALIZE = """
            {"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},\
            "clientInfo":{"name":"bench","version":"1"}}}""";
    private static final String CREATE = """
            {"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"create_entities","arguments":\
            {"entities":[{"name":"n%<d","entityType":"note","observations":["a note"]}]}}}""";
    private static final String OPEN = """
            {"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"open_nodes","arguments":{"names":["n%<d"]}}}""";

    private McpRoundTrips() {}

    /** Channel that takes a call and gives its response. */
    @FunctionalInterface
    private interface Channel {
        JsonObject call(String message) throws IOException;
    }

    /** Through the listener at the port. */
    static void ours(int port) throws IOException {
        List<String> headers = new ArrayList<>(RawHttp.MCP);
        headers.add("Mcp-Session-Id: " + RawHttp.mcp(port, INITIALIZE).headers().get("mcp-session-id"));
        try (RawHttp http = new RawHttp(port)) {
            measure("", message -> {
                http.send("POST", "/mcp", headers, message);
                return http.answer().json();
            });
        }
    }

    /**
     * By a program that keeps its memory in the file that MEMORY_FILE_PATH names, as the reference memory server of the
     * protocol does.
     */
    static void reference(String program, Path memory) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(program).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("MEMORY_FILE_PATH", memory.toString());
        Process process = builder.start();
        try (OutputStream out = process.getOutputStream();
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            Channel channel = message -> {
                out.write((message + "\n").getBytes(StandardCharsets.UTF_8));
                out.flush();
                return parsed(String.valueOf(in.readLine()));
            };
            channel.call(INITIALIZE);
            measure("mcp-server-memory", channel);
        } finally {
            process.destroyForcibly();
        }
    }

    private static JsonObject parsed(String line) throws IOException {
        try {
            return Json.parse(line).getAsJsonObject();
        } catch (RpcException e) {
            throw new IOException("not JSON: " + line, e);
        }
    }

    private static void measure(String who, Channel channel) throws IOException {
        rate(channel, CREATE, 0, WARM_UP);
        rate(channel, OPEN, 0, WARM_UP);
        BenchLoad.say(who, "mcp_put_per_second", rate(channel, CREATE, WARM_UP, COUNT));
        BenchLoad.say(who, "mcp_get_per_second", rate(channel, OPEN, WARM_UP, COUNT));
    }

    private static double rate(Channel channel, String call, int from, int count) throws IOException {
        long began = System.nanoTime();
        for (int i = from; i < from + count; i++) {
            JsonObject answer = channel.call(call.formatted(i));
            if (!answer.has("result") || answer.getAsJsonObject("result").has("isError")) {
                throw new IOException("refused: " + answer);
            }
        }
        return count * 1e9 / (System.nanoTime() - began);
    }
}
