import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Writes the java @argfile that opens the JDK's and Graal's packages to the native-image builder, as GraalVM's own driver
 * does. Arguments: the file to write, then the builder's jars. The JVM takes at most 1,000 such options; opening implies
 * exporting.
 */
public final class BuilderOpens {
    private static final Set<String> OPENED = Set.of(
            "java.base", "java.compiler", "java.instrument", "java.logging", "java.management", "java.naming",
            "java.net.http", "java.prefs", "java.rmi", "java.security.jgss", "java.sql", "java.xml",
            "jdk.charsets", "jdk.crypto.ec", "jdk.graal.compiler", "jdk.httpserver", "jdk.internal.jvmstat",
            "jdk.internal.vm.ci", "jdk.jdeps", "jdk.jfr", "jdk.localedata", "jdk.management",
            "jdk.management.agent", "jdk.net", "jdk.sctp", "jdk.security.auth", "jdk.zipfs");

    private BuilderOpens() {}

    public static void main(String[] args) throws Exception {
        Path[] jars = Arrays.stream(args).skip(1).map(Path::of).toArray(Path[]::new);
        Set<ModuleReference> builder = ModuleFinder.of(jars).findAll();
        String targets = "ALL-UNNAMED,"
                + builder.stream().map(m -> m.descriptor().name()).sorted().collect(Collectors.joining(","));
        ModuleFinder all = ModuleFinder.compose(ModuleFinder.of(jars), ModuleFinder.ofSystem());
        TreeSet<String> lines = new TreeSet<>();
        for (String name : OPENED) {
            ModuleDescriptor module = all.find(name).orElseThrow().descriptor();
            for (String pack : module.packages()) {
                lines.add("--add-opens=" + name + "/" + pack + "=" + targets);
            }
        }
        Files.write(Path.of(args[0]), lines);
    }
}
