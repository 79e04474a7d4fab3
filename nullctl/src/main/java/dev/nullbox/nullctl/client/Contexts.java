package dev.nullbox.nullctl.client;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.nullbox.nullctl.terminal.LocalFileException;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.api.GatewayContract;
import dev.nullbox.service.AtomicFile;
import dev.nullbox.service.TerminalText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import picocli.CommandLine;

/**
 * Named appliances of an operator, in {@code contexts.json} below the XDG configuration directory. Not for two changes
 * at once: the last one wins. Source of the place: XDG Base Directory Specification.
 */
public final class Contexts {
    /** The context that always is there: the appliance that this machine's ./nullbox boots. */
    public static final String LOCAL = "local";

    /** The variable that chooses a context, before the one in use. */
    public static final String VARIABLE = "NULLBOX_CONTEXT";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final String CONTEXTS = "contexts";
    private static final String IN_USE = "in_use";
    private static final String DIRECTORY = "credentials";

    /**
     * Way to an appliance.
     *
     * @param credentials a directory with client.p12 and ca.pem
     */
    public record Context(Address address, Path credentials) {}

    private final Path file;
    private final Map<String, Context> named;
    private String current;

    private Contexts(Path file, Map<String, Context> named, String current) {
        this.file = file;
        this.named = named;
        this.current = current;
    }

    /**
     * Those of an operator's environment.
     *
     * @throws UsageException when their file is damaged
     * @throws LocalFileException when it cannot be read
     */
    public static Contexts of(Map<String, String> environment) throws UsageException, LocalFileException {
        String configuration = environment.getOrDefault("XDG_CONFIG_HOME", "");
        Path directory = configuration.startsWith("/")
                ? Path.of(configuration)
                : Path.of(environment.getOrDefault("HOME", "/"), ".config");
        Path file = directory.resolve("nullbox").resolve("contexts.json");
        Map<String, Context> named = new TreeMap<>();
        named.put(LOCAL, new Context(new Address("127.0.0.1", GatewayContract.PORT), localCredentials(environment)));
        try {
            return read(file, named, Files.readString(file));
        } catch (NoSuchFileException none) {
            return new Contexts(file, named, LOCAL);
        } catch (IOException e) {
            throw new LocalFileException("cannot read " + file, e);
        }
    }

    private static Path localCredentials(Map<String, String> environment) {
        String cache = environment.getOrDefault("NULLBOX_CACHE", "");
        return cache.isEmpty()
                ? Path.of(environment.getOrDefault("HOME", "/"), ".cache", "nullbox", DIRECTORY)
                : Path.of(cache, DIRECTORY);
    }

    private static Contexts read(Path file, Map<String, Context> named, String text) throws UsageException {
        try {
            JsonObject whole = JsonParser.parseString(text).getAsJsonObject();
            for (Map.Entry<String, JsonElement> entry :
                    whole.getAsJsonObject(CONTEXTS).entrySet()) {
                JsonObject context = entry.getValue().getAsJsonObject();
                named.put(
                        entry.getKey(),
                        new Context(
                                new Address.Converter()
                                        .convert(context.get(Fields.ADDRESS.name())
                                                .getAsString()),
                                Path.of(context.get(DIRECTORY).getAsString())));
            }
            return new Contexts(file, named, whole.get(IN_USE).getAsString());
        } catch (JsonParseException
                | IllegalStateException
                | NullPointerException
                | CommandLine.TypeConversionException damaged) {
            throw new UsageException(file + " is damaged: remove it, and add the contexts anew by nullctl context add");
        }
    }

    /** The name of the one in use. */
    public String current() {
        return current;
    }

    /** All, in the order of their names. */
    public Map<String, Context> all() {
        return new TreeMap<>(named);
    }

    /**
     * The context of the name.
     *
     * @throws UsageException when there is none
     */
    public Context get(String name) throws UsageException {
        Context found = named.get(name);
        if (found == null) {
            throw new UsageException("there is no context '" + TerminalText.line(name) + "'; there are "
                    + String.join(", ", named.keySet()) + ": nullctl context add makes one");
        }
        return found;
    }

    /** Adds one, in place of its namesake; the first one is in use at once. */
    public void add(String name, Context context) throws UsageException, LocalFileException {
        if (!NAME.matcher(name).matches()) {
            throw new UsageException("a context's name has 1 to 64 of A-Z a-z 0-9 . _ -, a letter or digit first");
        }
        if (name.equals(LOCAL)) {
            throw new UsageException("the context local is this machine's own; choose another name");
        }
        if (named.size() == 1) {
            current = name;
        }
        named.put(name, context);
        write();
    }

    /** Uses another one from now on. */
    public void use(String name) throws UsageException, LocalFileException {
        var _ = get(name);
        current = name;
        write();
    }

    /** Removes one; when it was in use, local is from now on. */
    public void remove(String name) throws UsageException, LocalFileException {
        var _ = get(name);
        if (name.equals(LOCAL)) {
            throw new UsageException("the context local is this machine's own, and stays");
        }
        named.remove(name);
        if (current.equals(name)) {
            current = LOCAL;
        }
        write();
    }

    private void write() throws LocalFileException {
        JsonObject contexts = new JsonObject();
        named.forEach((name, context) -> {
            if (!name.equals(LOCAL)) {
                JsonObject object = new JsonObject();
                object.add(
                        Fields.ADDRESS.name(),
                        new JsonPrimitive(context.address().toString()));
                object.add(DIRECTORY, new JsonPrimitive(context.credentials().toString()));
                contexts.add(name, object);
            }
        });
        JsonObject whole = new JsonObject();
        whole.add(IN_USE, new JsonPrimitive(current));
        whole.add(CONTEXTS, contexts);
        try {
            Files.createDirectories(file.resolveSibling(""));
            AtomicFile.replace(file, (whole + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new LocalFileException("cannot write " + file, e);
        }
    }
}
