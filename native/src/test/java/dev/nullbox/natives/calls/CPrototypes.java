package dev.nullbox.natives.calls;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The prototypes of all C functions that are called, as the headers have them; gcc holds them against the headers, and
 * the Java handles are held against them.
 */
final class CPrototypes {
    /** Java types of C types in a java.lang.foreign handle. All pointers are segments. */
    static final Map<String, Class<?>> JAVA_TYPES = Map.ofEntries(
            Map.entry("void", void.class),
            Map.entry("int", int.class),
            Map.entry("unsigned int", int.class),
            Map.entry("uint32_t", int.class),
            Map.entry("mode_t", int.class),
            Map.entry("uid_t", int.class),
            Map.entry("gid_t", int.class),
            Map.entry("long", long.class),
            Map.entry("size_t", long.class),
            Map.entry("uint64_t", long.class),
            Map.entry("short", short.class),
            // an int of its value: a callee may read the register beyond the byte, which a signed byte would fill with
            // ones
            Map.entry("uint8_t", int.class),
            Map.entry("bool", boolean.class),
            Map.entry("__sighandler_t", MemorySegment.class));

    private static final String ACTIONS = "posix_spawn_file_actions_t *";
    private static final String ATTRIBUTES = "posix_spawnattr_t *";

    static final List<Prototype> LIBC = List.of(
            of(
                    "posix_spawn",
                    "int",
                    "pid_t *",
                    "const char *",
                    "const " + ACTIONS,
                    "const " + ATTRIBUTES,
                    "char *const *",
                    "char *const *"),
            of("posix_spawn_file_actions_init", "int", ACTIONS),
            of("posix_spawn_file_actions_destroy", "int", ACTIONS),
            of("posix_spawn_file_actions_adddup2", "int", ACTIONS, "int", "int"),
            of("posix_spawn_file_actions_addopen", "int", ACTIONS, "int", "const char *", "int", "mode_t"),
            of("posix_spawn_file_actions_addclosefrom_np", "int", ACTIONS, "int"),
            of("posix_spawnattr_init", "int", ATTRIBUTES),
            of("posix_spawnattr_destroy", "int", ATTRIBUTES),
            of("posix_spawnattr_setflags", "int", ATTRIBUTES, "short"),
            of("posix_spawnattr_setsigdefault", "int", ATTRIBUTES, "const sigset_t *"),
            of("posix_spawnattr_setsigmask", "int", ATTRIBUTES, "const sigset_t *"),
            of("sigfillset", "int", "sigset_t *"),
            of("signal", "__sighandler_t", "int", "__sighandler_t"),
            of("setgroups", "int", "size_t", "const gid_t *"),
            of("setresgid", "int", "gid_t", "gid_t", "gid_t"),
            of("setresuid", "int", "uid_t", "uid_t", "uid_t"),
            variadic("syscall", "long", List.of("long"), "long", "long", "long", "long", "long", "long"));

    static final List<Prototype> NFTABLES = List.of(
            of("nft_ctx_new", "struct nft_ctx *", "uint32_t"),
            of("nft_ctx_free", "void", "struct nft_ctx *"),
            of("nft_ctx_buffer_output", "int", "struct nft_ctx *"),
            of("nft_ctx_buffer_error", "int", "struct nft_ctx *"),
            of("nft_run_cmd_from_buffer", "int", "struct nft_ctx *", "const char *"),
            of("nft_ctx_get_output_buffer", "const char *", "struct nft_ctx *"),
            of("nft_ctx_get_error_buffer", "const char *", "struct nft_ctx *"),
            of("nft_ctx_output_set_flags", "void", "struct nft_ctx *", "unsigned int"),
            of("nft_ctx_set_dry_run", "void", "struct nft_ctx *", "bool"));

    static final List<Prototype> ZSTD = List.of(
            of("ZSTD_createDStream", "ZSTD_DStream *"),
            of("ZSTD_freeDStream", "size_t", "ZSTD_DStream *"),
            of("ZSTD_decompressStream", "size_t", "ZSTD_DStream *", "ZSTD_outBuffer *", "ZSTD_inBuffer *"),
            of("ZSTD_getErrorName", "const char *", "size_t"));

    static final List<Prototype> KRUN = List.of(
            of("krun_set_log_level", "int32_t", "uint32_t"),
            of("krun_create_ctx", "int32_t"),
            of("krun_free_ctx", "int32_t", "uint32_t"),
            of("krun_set_vm_config", "int32_t", "uint32_t", "uint8_t", "uint32_t"),
            of("krun_set_kernel", "int32_t", "uint32_t", "const char *", "uint32_t", "const char *", "const char *"),
            of("krun_add_disk", "int32_t", "uint32_t", "const char *", "const char *", "bool"),
            of("krun_add_net_tap", "int32_t", "uint32_t", "char *", "uint8_t *", "uint32_t", "uint32_t"),
            of("krun_set_nested_virt", "int32_t", "uint32_t", "bool"),
            of("krun_add_vsock_port2", "int32_t", "uint32_t", "uint32_t", "const char *", "bool"),
            of("krun_start_enter", "int32_t", "uint32_t"));

    private CPrototypes() {}

    /** Function as the header declares it, and the types passed beyond its "...". */
    record Prototype(String name, String returns, List<String> parameters, boolean variadic, List<String> passed) {
        /** The function's C type: {@code int(const char *, int, ...)}. */
        String type() {
            List<String> all = new ArrayList<>(parameters);
            if (variadic) {
                all.add("...");
            }
            return returns + "(" + (all.isEmpty() ? "void" : String.join(", ", all)) + ")";
        }

        /** The type of the Java handle, without what comes before the C parameters. */
        MethodType javaType() {
            List<Class<?>> types = new ArrayList<>();
            parameters.forEach(parameter -> types.add(javaTypeOf(parameter)));
            passed.forEach(argument -> types.add(javaTypeOf(argument)));
            return MethodType.methodType(javaTypeOf(returns), types);
        }
    }

    private static Class<?> javaTypeOf(String type) {
        if (type.contains("*")) {
            return MemorySegment.class;
        }
        Class<?> java = JAVA_TYPES.get(type.equals("int32_t") ? "int" : type);
        if (java == null) {
            throw new IllegalArgumentException("no Java type for " + type);
        }
        return java;
    }

    private static Prototype of(String name, String returns, String... parameters) {
        return new Prototype(name, returns, List.of(parameters), false, List.of());
    }

    private static Prototype variadic(String name, String returns, List<String> fixed, String... passed) {

        return new Prototype(name, returns, fixed, true, List.of(passed));
    }
}
