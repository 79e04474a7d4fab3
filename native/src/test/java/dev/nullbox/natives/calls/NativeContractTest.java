package dev.nullbox.natives.calls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.natives.NativeContractMain;
import dev.nullbox.natives.Natives;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The contract on java.lang.foreign, in a JVM of its own: it changes limits, signals and children of its process. */
class NativeContractTest {
    @Test
    void holdsOnJavaLangForeign() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = new ProcessBuilder(
                        java,
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-Dnullbox.krun.library=" + KrunUnderTest.library(),
                        "-cp",
                        classPath(),
                        NativeContractMain.class.getName())
                .redirectErrorStream(true)
                .start();
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        process.getInputStream().transferTo(printed);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        String lines = printed.toString(StandardCharsets.UTF_8);
        System.out.print(lines);
        assertThat(lines).doesNotContain("FAIL").contains("CONTRACT HELD (ffm)");
        assertThat(process.exitValue()).isZero();
    }

    /** Without any org.graalvm jar: the SVM classes must not be loaded on a JVM. */
    private static String classPath() {
        return pathOf(Natives.class) + ":" + pathOf(NativeContract.class);
    }

    private static String pathOf(Class<?> type) {
        return type.getResource(type.getSimpleName() + ".class").getPath().replaceFirst("/dev/nullbox/natives/.*", "");
    }
}
