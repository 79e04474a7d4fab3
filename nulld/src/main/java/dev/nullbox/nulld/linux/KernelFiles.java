package dev.nullbox.nulld.linux;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Writing to the files by which the kernel takes settings: /proc/sys and cgroups. */
public final class KernelFiles {
    private KernelFiles() {}

    /** One write of the whole value, as these files want it; never makes a file. */
    public static void write(Path file, String value) throws IOException {
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.WRITE)) {
            out.write(value.getBytes(StandardCharsets.US_ASCII));
        }
    }

    // One read call: these files answer only the first, and Files.readString, told a size of 0, asks for one byte.
    private static String read(Path file) throws IOException {
        byte[] buffer = new byte[4096];
        try (InputStream in = Files.newInputStream(file)) {
            int length = in.read(buffer);
            return new String(buffer, 0, Math.max(length, 0), StandardCharsets.US_ASCII);
        }
    }

    /** Writes each setting; what could not be set, with its reason for being there. */
    public static List<String> sysctls(Path procSys, List<Sysctl> settings) {
        List<String> problems = new ArrayList<>();
        for (Sysctl setting : settings) {
            Path file = procSys.resolve(setting.path());
            try {
                write(file, setting.value());
                String got = read(file).trim();
                if (!got.equals(setting.value())) {
                    problems.add(
                            setting.name() + " is " + got + ", not " + setting.value() + " (" + setting.why() + ")");
                }
            } catch (IOException e) {
                problems.add(
                        setting.name() + " cannot be set to " + setting.value() + " (" + setting.why() + "): " + e);
            }
        }
        return problems;
    }
}
