package dev.nullbox.manifest;

import dev.nullbox.manifest.Manifest.Network;
import dev.nullbox.manifest.NetworkTarget.AddressTarget;
import dev.nullbox.manifest.NetworkTarget.NameTarget;
import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.protocol.id.Text;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Looks at {@code capabilities.credential_refs}: names of secrets, or tables with a name and bounds. */
final class CredentialChecker {
    private static final String AT = "capabilities.credential_refs";
    private static final int MAX_SECRETS = 64;

    private final FieldChecks fields;
    private final RawManifest raw;

    CredentialChecker(FieldChecks fields) {
        this.fields = fields;
        this.raw = fields.raw();
    }

    /** What stands there as names, checked or not. */
    static Set<String> names(RawManifest raw) {
        Set<String> names = new HashSet<>(raw.strings(AT));
        for (int i = 0; i < raw.tables(AT); i++) {
            raw.string(RawManifest.element(AT, i) + ".name").ifPresent(names::add);
        }
        return names;
    }

    /** The references that are good. */
    List<CredentialRef> check(Network network) {
        List<CredentialRef> refs = new ArrayList<>(fields.list(AT, MAX_SECRETS, SecretName::new).stream()
                .map(CredentialRef::plain)
                .toList());
        int tables = raw.tables(AT);
        fields.bounded(AT, tables, MAX_SECRETS);
        Set<SecretName> seen = new HashSet<>();
        for (int i = 0; i < tables; i++) {
            String path = RawManifest.element(AT, i);
            Optional<CredentialRef> ref = table(path, network);
            if (ref.isPresent() && !seen.add(ref.get().name())) {
                fields.problem(path + ".name", "stands there twice", "name each secret once");
            }
            ref.ifPresent(refs::add);
        }
        return refs;
    }

    private Optional<CredentialRef> table(String at, Network network) {
        int before = fields.problemCount();
        Optional<SecretName> name = fields.checked(at + ".name", SecretName::new);
        Optional<Integer> version = number(at + ".version", CredentialRef.MAX_VERSION);
        Optional<String> host = fields.checked(at + ".host", CredentialChecker::host);
        host.ifPresent(text -> allowed(at + ".host", text, network));
        Optional<Integer> reads = number(at + ".reads", CredentialRef.MAX_READS);
        Optional<Integer> ttl = number(at + ".ttl_secs", CredentialRef.MAX_TTL_SECONDS);
        Optional<Delivery> delivery = fields.choice(at + ".deliver", Delivery.values(), Delivery::key, Delivery.FILE);
        if (name.isEmpty() || delivery.isEmpty() || fields.problemCount() > before) {
            return Optional.empty();
        }
        return fields.attempt(
                at,
                () -> new CredentialRef(
                        name.get(), version, host, reads, ttl.map(Duration::ofSeconds), delivery.get()));
    }

    private Optional<Integer> number(String path, int max) {
        return raw.has(path) ? fields.number(path, 0, 1, max) : Optional.empty();
    }

    private static String host(String text) {
        if (text.indexOf(':') >= 0) {
            throw new InvalidValueException(
                    Text.quoted(text) + " is more than a host", "write the IPv4 address or name alone, without port");
        }
        return hostOf(NetworkTarget.parse(text));
    }

    private static String hostOf(NetworkTarget target) {
        return switch (target) {
            case AddressTarget address -> address.address().getHostAddress();
            case NameTarget name -> name.name().value();
        };
    }

    private void allowed(String path, String host, Network network) {
        if (network.allow().stream().noneMatch(target -> hostOf(target).equals(host))) {
            fields.problem(
                    path,
                    Text.quoted(host) + " is not in capabilities.network.allow, so the agent cannot reach it",
                    "add it there, or leave host out");
        }
    }
}
