package dev.nullbox.guest;

import dev.nullbox.protocol.guest.GuestCall;
import dev.nullbox.protocol.guest.GuestOp;
import dev.nullbox.protocol.guest.GuestTag;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Access to the agent's world: the init's {@code enter}, and its record of the agent's own user, directory and
 * environment (guest/init/setup.h).
 *
 * @param command the program that runs a command there: {@code COMMAND [--terminal] USER WORKDIR -- WORDS}
 * @param copier the program that copies files: {@code COPIER WORLD HEX-PATH WORDS}
 * @param state the directory of the files
 * @param root the agent's root where no world has it
 */
public record Entrance(List<String> command, List<String> copier, Path state, Path root) {
    private static final String PATH = "PATH";
    private static final String DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    public Entrance {
        command = List.copyOf(command);
        copier = List.copyOf(copier);
    }

    /** The arguments for a call. */
    List<String> arguments(GuestCall call) throws IOException {
        return call.op() == GuestOp.COPY ? copyArguments(call.fields()) : execArguments(call.fields());
    }

    /** The path as hexadecimal digits, which no locale changes. */
    private List<String> copyArguments(GuestCall.Fields fields) throws IOException {
        List<String> arguments = new ArrayList<>(copier);
        String world = kept("world").strip();
        arguments.add(world.isEmpty() ? root.toString() : world);
        String path = fields.text(GuestTag.PATH).orElse("");
        arguments.add(HexFormat.of().formatHex(path.getBytes(StandardCharsets.UTF_8)));
        arguments.addAll(fields.texts(GuestTag.WORD));
        return arguments;
    }

    private List<String> execArguments(GuestCall.Fields fields) throws IOException {
        List<String> arguments = new ArrayList<>(command);
        if (fields.has(GuestTag.TERMINAL)) {
            arguments.add("--terminal");
        }
        arguments.add(own(fields, GuestTag.USER, "user", ""));
        arguments.add(own(fields, GuestTag.WORKDIR, "workdir", "/"));
        arguments.add("--");
        arguments.addAll(fields.texts(GuestTag.WORD));
        return arguments;
    }

    /** The device of the agent's own pseudoterminals, which programs in its world recognise. */
    Path terminals() throws IOException {
        return Path.of("/proc", kept("world").strip(), "root/dev/pts/ptmx");
    }

    private String own(GuestCall.Fields fields, GuestTag tag, String file, String otherwise) throws IOException {
        String asked = fields.text(tag).orElse("");
        String found = asked.isEmpty() ? kept(file) : asked;
        return found.isEmpty() ? otherwise : found;
    }

    private String kept(String file) throws IOException {
        try {
            return Files.readString(state.resolve(file), StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    /** The environment for a call: the agent's, with the variables that the call adds or replaces; none for a copy. */
    List<String> environment(GuestCall call) throws IOException {
        if (call.op() == GuestOp.COPY) {
            return List.of();
        }
        Map<String, String> variables = new LinkedHashMap<>();
        put(variables, PATH + "=" + DEFAULT_PATH);
        for (String variable : kept("environment").split("\0", -1)) {
            put(variables, variable);
        }
        call.fields().texts(GuestTag.ENV).forEach(variable -> put(variables, variable));
        return List.copyOf(variables.values());
    }

    private static void put(Map<String, String> variables, String variable) {
        int end = variable.indexOf('=');
        if (end > 0) {
            variables.put(variable.substring(0, end), variable);
        }
    }
}
