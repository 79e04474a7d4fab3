package dev.nullbox.gateway;

import dev.nullbox.rpc.Operator;
import dev.nullbox.service.Sha256;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** Operators as their certificates name them: by the first e-mail, DNS or URI entry of subjectAltName (RFC 5280, 4.2.1.6). */
final class Operators {
    private static final Set<Object> EMAIL_DNS_URI = Set.of(1, 2, 6);

    /** Rule of names, which stand in audit records of 512 bytes and on terminals: visible ASCII. */
    private static final Pattern NAME = Pattern.compile("[!-~]{1,128}");

    private Operators() {}

    /**
     * The operator of a certificate.
     *
     * @throws SSLPeerUnverifiedException when subjectAltName has no name; the subject's CN is ignored
     */
    static Operator of(X509Certificate certificate) throws SSLPeerUnverifiedException {
        try {
            String name = name(certificate.getSubjectAlternativeNames())
                    .orElseThrow(() -> new SSLPeerUnverifiedException(
                            "the client's certificate names no operator: issue it with a subjectAltName of at most 128 visible"
                                    + " characters, of type DNS, email or URI"));
            return new Operator(name, Sha256.hex(certificate.getEncoded()));
        } catch (CertificateException e) {
            throw new SSLPeerUnverifiedException("the client's certificate cannot be read: " + e.getMessage());
        }
    }

    /** The name among entries as {@link X509Certificate#getSubjectAlternativeNames} gives them. */
    static Optional<String> name(@Nullable Collection<List<?>> entries) {
        return Optional.ofNullable(entries).stream()
                .flatMap(Collection::stream)
                .filter(entry -> EMAIL_DNS_URI.contains(entry.getFirst()))
                .map(entry -> entry.getLast().toString())
                .findFirst()
                .filter(name -> NAME.matcher(name).matches());
    }
}
