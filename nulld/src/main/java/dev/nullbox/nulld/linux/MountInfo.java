package dev.nullbox.nulld.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Line of /proc/self/mountinfo: proc_pid_mountinfo(5).
 *
 * @param target where it is mounted
 * @param options the mount's own options: {@code ro, nosuid, ...}
 * @param type the file system's type
 * @param superOptions the file system's options
 */
record MountInfo(String target, List<String> options, String type, List<String> superOptions) {
    MountInfo {
        options = List.copyOf(options);
        superOptions = List.copyOf(superOptions);
    }

    /** The mounts, oldest first; none where the file cannot be read (before /proc is there). */
    static List<MountInfo> read(Path file) {
        try {
            return parse(Files.readAllLines(file));
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Parses lines; those without the fields of the manual page are skipped. */
    static List<MountInfo> parse(List<String> lines) {
        List<MountInfo> all = new ArrayList<>();
        for (String line : lines) {
            List<String> fields = List.of(line.split(" ", -1));
            int dash = fields.indexOf("-");
            if (dash >= 6 && fields.size() > dash + 3) {
                all.add(new MountInfo(
                        unescape(fields.get(4)),
                        List.of(fields.get(5).split(",", -1)),
                        fields.get(dash + 1),
                        List.of(fields.get(dash + 3).split(",", -1))));
            }
        }
        return all;
    }

    /** The uppermost mount at a path. */
    static Optional<MountInfo> at(List<MountInfo> mounts, String target) {
        return mounts.reversed().stream().filter(m -> m.target().equals(target)).findFirst();
    }

    /** Tells whether the mount has each of these comma-separated options. */
    boolean has(String wanted) {
        return wanted.isEmpty() || options.containsAll(List.of(wanted.split(",", -1)));
    }

    /** Decodes blanks, tabs, newlines and backslashes, which are written as three octal digits. */
    private static String unescape(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && i + 3 < text.length()) {
                out.append((char) Integer.parseInt(text.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }
}
