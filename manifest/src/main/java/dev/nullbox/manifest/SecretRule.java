package dev.nullbox.manifest;

import dev.nullbox.manifest.network.NetworkTarget.Kind;
import dev.nullbox.manifest.network.NetworkTarget.NameTarget;
import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.protocol.id.SecretForm;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.protocol.id.Text;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Optional;
import java.util.Set;

/**
 * Secret that the gate puts into an agent's requests to one host; the agent itself has a placeholder.
 *
 * @param target the host and its port, of kind tls; one of the agent's network.allow
 * @param secret its name in the vault
 * @param as its place in a request
 * @param env the variable that holds the placeholder
 * @param prefix beginning of the placeholder
 * @param ca authorities of the host's certificate as PEM; the appliance's own when absent
 */
public record SecretRule(
        NameTarget target, SecretName secret, SecretForm as, String env, String prefix, Optional<String> ca) {
    static final String ENV_RULE =
            Text.IDENTIFIER + "; not `NULLBOX_*`, `PATH`, nor that of the appliance's authorities, as `SSL_CERT_FILE`";
    static final String PREFIX_RULE = "at most 16 of `A-Z a-z 0-9 _ - .`";
    static final String CA_RULE =
            "certificates as PEM, 32 KiB at most: the authorities of the host, in place of the public ones";

    /** Variables of the guest that name the bundle with the authority of its run. */
    public static final Set<String> BUNDLE_VARIABLES = Set.of(
            "SSL_CERT_FILE",
            "REQUESTS_CA_BUNDLE",
            "CURL_CA_BUNDLE",
            "GIT_SSL_CAINFO",
            "NODE_EXTRA_CA_CERTS",
            "PIP_CERT",
            "AWS_CA_BUNDLE",
            "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH");

    private static final int MAX_PREFIX = 16;
    private static final int MAX_CA = 32 * 1024;

    /**
     * A checked rule.
     *
     * @throws InvalidValueException when the gate does not open connections to the target
     */
    public SecretRule {
        env = checkedEnv(env);
        if (target.isWildcard()) {
            throw new InvalidValueException(
                    "a secret stands beside " + Text.quoted(target.host()) + ", and is for one host",
                    "name the host; write one entry for each that may have it");
        }
        if (target.kind() != Kind.TLS) {
            throw new InvalidValueException(
                    "a secret stands beside kind " + target.kind().text() + ", and goes over TLS alone",
                    "use TCP, and leave kind out or write kind = \"tls\"");
        }
    }

    static String checkedEnv(String name) {
        if (!Text.isIdentifier(name)
                || name.startsWith("NULLBOX_")
                || name.equals("PATH")
                || BUNDLE_VARIABLES.contains(name)) {
            throw new InvalidValueException(Text.quoted(name) + " is no variable for a placeholder", "use " + ENV_RULE);
        }
        return name;
    }

    static String checkedPrefix(String prefix) {
        if (prefix.length() > MAX_PREFIX || !Text.consistsOf(prefix, "_-.")) {
            throw new InvalidValueException(
                    Text.quoted(prefix) + " is no beginning of a placeholder", "use " + PREFIX_RULE);
        }
        return prefix;
    }

    static String checkedCa(String pem) {
        String remedy = "write the PEM of certificates, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----";
        if (pem.length() > MAX_CA || pem.contains("PRIVATE KEY")) {
            throw new InvalidValueException("is longer than " + MAX_CA + " characters, or holds a key", remedy);
        }
        try {
            int count = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)))
                    .size();
            if (count == 0) {
                throw new InvalidValueException("holds no certificate", remedy);
            }
        } catch (CertificateException damaged) {
            throw new InvalidValueException("holds no certificate that can be read", remedy);
        }
        return pem;
    }
}
