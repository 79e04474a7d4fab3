package dev.nullbox.manifest;

import dev.nullbox.manifest.Manifest.Capabilities;
import dev.nullbox.manifest.network.NetworkTarget;
import dev.nullbox.protocol.id.KeyPattern;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Rights that a manifest gives its agent, each with what it covers. The program, its variables and its restarts are no
 * rights: the operator who adds an agent chooses them, and they reach no further than the rights do.
 *
 * @param rights in the order of {@link Schema}
 */
public record Authority(List<Right> rights) {
    /** No right at all. */
    public static final Authority NONE = new Authority(List.of());

    /** Keys whose values are rights. */
    static final List<Key<?>> KEYS = List.of(
            Schema.USER,
            Schema.MAX_CPU_PERCENT,
            Schema.MAX_MEMORY_MB,
            Schema.CREDENTIAL_REFS,
            Schema.NETWORK_ALLOW,
            Schema.FILESYSTEM_ROOT,
            Schema.FILESYSTEM_MAX_MB,
            Schema.FILESYSTEM_VOLUME_MB,
            Schema.FILESYSTEM_READ,
            Schema.FILESYSTEM_WRITE,
            Schema.MEMORY_READ,
            Schema.MEMORY_WRITE,
            Schema.MEMORY_MAX_MB,
            Schema.MEMORY_MAX_WRITES_PER_MINUTE,
            Schema.HEALTH_CHECK);

    private static final int MAX_SHOWN = 100;

    public Authority {
        rights = List.copyOf(rights);
    }

    /** The values of all rights, by their keys in AGENT.toml, a secret's with its name; for people. */
    public Map<String, List<String>> values() {
        Map<String, List<String>> values = new LinkedHashMap<>();
        rights.forEach(right ->
                values.computeIfAbsent(right.subject(), _ -> new ArrayList<>()).add(right.value()));
        return values;
    }

    /** A right; equal ones cover each other. */
    sealed interface Right {
        /** Its key in AGENT.toml; with the secret's name, of which there is one right each. */
        String subject();

        /** Its value in one line of printable ASCII, different for different rights of a subject. */
        String value();

        /** Tells whether an agent with this right has the other one too. */
        boolean covers(Right other);

        /** Tells whether there is one right of the subject at most, so that another value is a change of it. */
        default boolean isOnly() {
            return true;
        }
    }

    /** A right that covers itself alone: a path, the user root. */
    record Item(String subject, String value) implements Right {
        @Override
        public boolean covers(Right other) {
            return equals(other);
        }

        @Override
        public boolean isOnly() {
            return false;
        }
    }

    /** A network target; a range covers the addresses in it, a wildcard each name below it. */
    record Place(NetworkTarget target) implements Right {
        @Override
        public String subject() {
            return name(Schema.NETWORK_ALLOW);
        }

        @Override
        public String value() {
            return target.text();
        }

        @Override
        public boolean covers(Right other) {
            return other instanceof Place(NetworkTarget narrower) && target.covers(narrower);
        }

        @Override
        public boolean isOnly() {
            return false;
        }
    }

    /**
     * An amount, which covers all smaller ones.
     *
     * @param shown the amount as AGENT.toml has it
     */
    record Amount(String subject, long amount, String shown) implements Right {
        @Override
        public String value() {
            return shown;
        }

        @Override
        public boolean covers(Right other) {
            return other instanceof Amount less && less.subject.equals(subject) && less.amount <= amount;
        }
    }

    /** Keys of the shared memory; a prefix covers all below it. */
    record Keys(String subject, KeyPattern pattern) implements Right {
        @Override
        public String value() {
            return pattern.value();
        }

        @Override
        public boolean covers(Right other) {
            String own = pattern.value();
            return other instanceof Keys(String of, KeyPattern narrower)
                    && of.equals(subject)
                    && (narrower.equals(pattern)
                            || (own.endsWith("*") && narrower.value().startsWith(own.substring(0, own.length() - 1))));
        }

        @Override
        public boolean isOnly() {
            return false;
        }
    }

    /** A secret with the bounds of its lease; a file has unlimited reads. */
    record SecretRight(CredentialRef ref) implements Right {
        private static final long UNBOUNDED = Long.MAX_VALUE;

        @Override
        public String subject() {
            return name(Schema.CREDENTIAL_REFS) + " " + ref.name();
        }

        @Override
        public String value() {
            return "version " + ref.version().map(String::valueOf).orElse("newest") + ", for "
                    + ref.host().map(Authority::shown).orElse("any host") + ", "
                    + (reads() == UNBOUNDED ? "a file" : reads() + " reads") + ", "
                    + ref.ttl().map(ttl -> ttl.toSeconds() + " s").orElse("the run");
        }

        private long reads() {
            return ref.delivery() == Delivery.FILE ? UNBOUNDED : ref.reads().orElse(1);
        }

        private long seconds() {
            return ref.ttl().map(Duration::toSeconds).orElse(UNBOUNDED);
        }

        @Override
        public boolean covers(Right other) {
            return other instanceof SecretRight narrower
                    && narrower.ref.name().equals(ref.name())
                    && narrower.ref.version().equals(ref.version())
                    && (ref.host().isEmpty() || ref.host().equals(narrower.ref.host()))
                    && narrower.reads() <= reads()
                    && narrower.seconds() <= seconds();
        }
    }

    /** A secret that the gate puts into requests to one host. */
    record GateSecret(SecretRule rule) implements Right {
        @Override
        public String subject() {
            return name(Schema.NETWORK_ALLOW) + " secret " + rule.secret();
        }

        @Override
        public String value() {
            return "for " + rule.target().text() + " as " + rule.as() + ", which "
                    + rule.ca()
                            .map(ca -> "authorities with sha256:" + sha256(ca))
                            .orElse("public authorities")
                    + " name";
        }

        @Override
        public boolean covers(Right other) {
            return other instanceof GateSecret(SecretRule narrower)
                    && narrower.secret().equals(rule.secret())
                    && narrower.target().equals(rule.target())
                    && narrower.as().equals(rule.as())
                    && narrower.ca().equals(rule.ca());
        }

        @Override
        public boolean isOnly() {
            return false;
        }
    }

    /** The supervision of an agent: none covers all, and a longer time until a failure is noticed covers less. */
    record Supervision(Optional<HealthCheck> check) implements Right {
        @Override
        public String subject() {
            return name(Schema.HEALTH_CHECK);
        }

        @Override
        public String value() {
            return check.map(asked -> question(asked) + " each "
                            + asked.interval().toSeconds() + " s, " + asked.maxFailures() + " failures")
                    .orElse("none");
        }

        private static String question(HealthCheck check) {
            return switch (check) {
                case HealthCheck.Http http -> "GET :" + http.port() + shown(http.path());
                case HealthCheck.Exec exec ->
                    "command " + shown(String.join("\0", exec.command().words()));
            };
        }

        private static long seconds(HealthCheck check) {
            return check.interval().toSeconds() * check.maxFailures();
        }

        @Override
        public boolean covers(Right other) {
            return other instanceof Supervision(Optional<HealthCheck> stricter)
                    && (check.isEmpty()
                            || (stricter.isPresent()
                                    && question(check.get()).equals(question(stricter.get()))
                                    && seconds(stricter.get()) <= seconds(check.get())));
        }
    }

    /** The rights of a manifest. */
    public static Authority of(Manifest manifest) {
        Capabilities may = manifest.capabilities();
        List<Right> rights = new ArrayList<>();
        if (isRoot(manifest.agent().user())) {
            rights.add(new Item(name(Schema.USER), "root"));
        }
        rights.add(amount(Schema.MAX_CPU_PERCENT, may.maxCpuPercent().value()));
        rights.add(amount(Schema.MAX_MEMORY_MB, may.maxMemory().value()));
        may.credentialRefs().forEach(ref -> rights.add(new SecretRight(ref)));
        may.network().allow().forEach(target -> rights.add(new Place(target)));
        may.network().secrets().forEach(rule -> rights.add(new GateSecret(rule)));
        addDisks(rights, may.filesystem());
        may.memory().read().forEach(pattern -> rights.add(new Keys(name(Schema.MEMORY_READ), pattern)));
        may.memory().write().forEach(pattern -> rights.add(new Keys(name(Schema.MEMORY_WRITE), pattern)));
        rights.add(amount(Schema.MEMORY_MAX_MB, may.memory().maxMb()));
        rights.add(amount(Schema.MEMORY_MAX_WRITES_PER_MINUTE, may.memory().maxWritesPerMinute()));
        rights.add(new Supervision(may.healthCheck()));
        return new Authority(rights);
    }

    private static void addDisks(List<Right> rights, Manifest.Filesystem filesystem) {
        long lasting = switch (filesystem.root()) {
            case READ_ONLY -> 0;
            case EPHEMERAL -> 1;
            case PERSISTENT -> 2;
        };
        rights.add(new Amount(
                name(Schema.FILESYSTEM_ROOT), lasting, filesystem.root().key()));
        if (filesystem.root() != RootMode.READ_ONLY) {
            rights.add(amount(Schema.FILESYSTEM_MAX_MB, filesystem.maxMb()));
        }
        if (!filesystem.write().isEmpty()) {
            rights.add(amount(Schema.FILESYSTEM_VOLUME_MB, filesystem.volumeMb()));
        }
        filesystem.read().forEach(path -> rights.add(new Item(name(Schema.FILESYSTEM_READ), shown(path.value()))));
        filesystem.write().forEach(path -> rights.add(new Item(name(Schema.FILESYSTEM_WRITE), shown(path.value()))));
    }

    private static Right amount(Key<Integer> key, int amount) {
        return new Amount(name(key), amount, String.valueOf(amount));
    }

    /** Tells whether the user is root: an image without a USER has none, which is root. */
    private static boolean isRoot(Optional<GuestUser> user) {
        return user.isEmpty()
                || user.get().user().equals("root")
                || user.get().user().chars().allMatch(c -> c == '0');
    }

    /** The key as authors write it below its table. */
    private static String name(Key<?> key) {
        String path = key.path();
        for (Key<?> table : List.of(Schema.AGENT, Schema.CAPABILITIES)) {
            if (path.startsWith(table.path() + ".")) {
                return path.substring(table.path().length() + 1);
            }
        }
        return path;
    }

    /** The text in printable ASCII; a long one as its beginning and the SHA-256 of all of it. */
    private static String shown(String text) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < text.length() && shown.length() < MAX_SHOWN; i++) {
            char c = text.charAt(i);
            if (c == 0) {
                shown.append(' ');
            } else if (c <= ' ' || c > '~' || c == '\\') {
                shown.append("\\u").append(HexFormat.of().toHexDigits(c));
            } else {
                shown.append(c);
            }
        }
        return shown.length() < MAX_SHOWN ? shown.toString() : shown + "... sha256:" + sha256(text);
    }

    /** SHA-256 of a text's UTF-8, in hexadecimal. */
    static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
