package dev.nullbox.nulld.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Users and groups of the image: passwd(5), group(5). Read by ourselves, since a static program has no NSS.
 *
 * @param passwd lines of /etc/passwd
 * @param group lines of /etc/group
 */
public record Accounts(List<String> passwd, List<String> group) {
    public Accounts {
        passwd = List.copyOf(passwd);
        group = List.copyOf(group);
    }

    /**
     * A user.
     *
     * @param name its name
     * @param uid its number
     * @param gid its primary group
     */
    public record User(String name, int uid, int gid) {}

    public static Accounts read(Path etc) throws IOException {
        return new Accounts(Files.readAllLines(etc.resolve("passwd")), Files.readAllLines(etc.resolve("group")));
    }

    /** The user of a name; root is always 0. */
    public Optional<User> user(String name) {
        if (name.equals("root")) {
            return Optional.of(new User("root", 0, 0));
        }
        for (String line : passwd) {
            List<String> fields = List.of(line.split(":", -1));
            if (fields.size() >= 4 && fields.getFirst().equals(name)) {
                Optional<Integer> uid = number(fields.get(2));
                Optional<Integer> gid = number(fields.get(3));
                return uid.flatMap(u -> gid.map(g -> new User(name, u, g)));
            }
        }
        return Optional.empty();
    }

    /** The number of a group. */
    public Optional<Integer> group(String name) {
        for (String line : group) {
            List<String> fields = List.of(line.split(":", -1));
            if (fields.size() >= 3 && fields.getFirst().equals(name)) {
                return number(fields.get(2));
            }
        }
        return Optional.empty();
    }

    private static Optional<Integer> number(String text) {
        try {
            int value = Integer.parseInt(text);
            return value >= 0 ? Optional.of(value) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
