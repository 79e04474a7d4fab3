package dev.nullbox.manifest;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Defaults from an OCI image's configuration for keys that AGENT.toml leaves out. Source: OCI Image Format
 * Specification, config.md.
 *
 * @param entryPoint Entrypoint
 * @param command Entrypoint and Cmd, one after the other
 * @param env each NAME=VALUE
 * @param user User; empty for none
 * @param workdir WorkingDir; empty for none
 * @param stopSignal StopSignal; empty for none
 * @param volumes Volumes
 */
public record ImageDefaults(
        List<String> entryPoint,
        List<String> command,
        List<String> env,
        String user,
        String workdir,
        String stopSignal,
        List<String> volumes) {
    /** Defaults of a root without a configuration. */
    public static final ImageDefaults NONE = new ImageDefaults(List.of(), List.of(), List.of(), "", "", "", List.of());

    /** As {@link #NONE}, with a command: for a manifest whose image is not known yet. */
    public static final ImageDefaults UNKNOWN =
            new ImageDefaults(List.of(), List.of("/"), List.of(), "", "", "", List.of());

    public ImageDefaults {
        entryPoint = List.copyOf(entryPoint);
        command = List.copyOf(command);
        env = List.copyOf(env);
        volumes = List.copyOf(volumes);
    }

    /** The image's entry point where an agent's command is the image's, and not that of AGENT.toml; else empty. */
    public List<String> entryPointOf(Command agents) {
        return agents.words().equals(command) ? entryPoint : List.of();
    }

    /** The tree of an AGENT.toml with these values for the keys that it leaves out. */
    public Map<String, Object> fill(Map<String, Object> tree) {
        Map<String, Object> filled = new LinkedHashMap<>(tree);
        if (tree.get(Schema.AGENT.name()) instanceof Map<?, ?> stated) {
            Map<Object, Object> agent = new LinkedHashMap<>(stated);
            put(agent, Schema.COMMAND, command);
            put(agent, Schema.USER, user);
            put(agent, Schema.WORKDIR, workdir);
            put(agent, Schema.STOP_SIGNAL, stopSignal);
            fillEnv(agent, secrets(tree));
            filled.put(Schema.AGENT.name(), agent);
        }
        if (!volumes.isEmpty()) {
            fillVolumes(filled);
        }
        return filled;
    }

    private static void put(Map<Object, Object> table, Key<?> key, Object value) {
        if (!value.equals("") && !value.equals(List.of())) {
            table.putIfAbsent(key.name(), value);
        }
    }

    private void fillEnv(Map<Object, Object> agent, Set<Object> secrets) {
        Object stated = agent.getOrDefault(Schema.ENV.name(), Map.of());
        if (stated instanceof Map<?, ?> table) {
            Map<Object, Object> all = new LinkedHashMap<>(table);
            for (String variable : env) {
                if (isTaken(variable) && !secrets.contains(name(variable))) {
                    all.putIfAbsent(name(variable), variable.substring(variable.indexOf('=') + 1));
                }
            }
            if (!all.isEmpty()) {
                agent.put(Schema.ENV.name(), all);
            }
        }
    }

    /** Adds volumes where AGENT.toml names no path; a value that is no table is left for the reader to refuse. */
    private void fillVolumes(Map<String, Object> filled) {
        if (filled.getOrDefault(Schema.CAPABILITIES.name(), Map.of()) instanceof Map<?, ?> may
                && otherwise(may.get(Schema.FILESYSTEM.name())) instanceof Map<?, ?> stated) {
            Map<Object, Object> filesystem = new LinkedHashMap<>(stated);
            put(filesystem, Schema.FILESYSTEM_WRITE, volumes);
            Map<Object, Object> capabilities = new LinkedHashMap<>(may);
            capabilities.put(Schema.FILESYSTEM.name(), filesystem);
            filled.put(Schema.CAPABILITIES.name(), capabilities);
        }
    }

    private static Object otherwise(@Nullable Object stated) {
        return stated == null ? Map.of() : stated;
    }

    /** Names of the agent's leased secrets, as far as they can be read. */
    private static Set<Object> secrets(Map<String, Object> tree) {
        Set<Object> names = new HashSet<>();
        if (tree.get(Schema.CAPABILITIES.name()) instanceof Map<?, ?> may
                && may.get(Schema.CREDENTIAL_REFS.name()) instanceof List<?> refs) {
            refs.forEach(ref ->
                    names.add(ref instanceof Map<?, ?> table ? otherwise(table.get(Schema.REF_NAME.name())) : ref));
        }
        return names;
    }

    private static String name(String variable) {
        int end = variable.indexOf('=');
        return end < 0 ? variable : variable.substring(0, end);
    }

    private static boolean isTaken(String variable) {
        return variable.indexOf('=') > 0 && EnvName.isAllowed(name(variable));
    }

    /** Names of the image's variables that an agent does not get, by the rule of {@link EnvName}. */
    public List<String> leftOutVariables() {
        List<String> names = new ArrayList<>();
        for (String variable : env) {
            if (!isTaken(variable)) {
                names.add(name(variable));
            }
        }
        return names;
    }
}
