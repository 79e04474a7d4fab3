package dev.nullbox.rpc;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.HexFormat;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Own certificate with its key (PKCS #12), and the authority that must have signed the peer's certificate (PEM).
 *
 * <p>The PKCS #12 password is the fixed word {@code nullbox}: the file's mode protects the key, the password does not.
 */
public final class TlsCredentials {
    /** The fixed password. */
    public static final String PASSWORD = "nullbox";

    private static final Set<PosixFilePermission> OTHERS = PosixFilePermissions.fromString("---rwxrwx");

    private TlsCredentials() {}

    /** Credentials cannot be used; with the remedy. */
    public static final class UnusableException extends IOException {
        private static final long serialVersionUID = 1L;

        private final String remedy;

        UnusableException(String what, String remedy) {
            super(what);
            this.remedy = remedy;
        }

        public String remedy() {
            return remedy;
        }
    }

    /**
     * TLS context with the key of one file, which trusts the authority of the other file only.
     *
     * @throws UnusableException when a file is missing, damaged, or the key may be read by others
     */
    public static SSLContext load(Path keyFile, Path authorityFile) throws UnusableException {
        refuseReadableByOthers(keyFile);
        try {
            KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
            keys.init(readKeys(keyFile), PASSWORD.toCharArray());
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(readAuthority(authorityFile));
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new UnusableException(
                    "TLS cannot be set up from " + keyFile + " and " + authorityFile + ": " + e.getMessage(), renew());
        }
    }

    /**
     * SHA-256 of the own certificate, as openssl x509 -fingerprint -sha256 prints it.
     *
     * @throws UnusableException when the file is missing, damaged, or has no certificate
     */
    public static String fingerprint(Path keyFile) throws UnusableException {
        try {
            KeyStore keys = readKeys(keyFile);
            Certificate[] chain = keys.getCertificateChain(keys.aliases().nextElement());
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(chain[0].getEncoded());
            return HexFormat.ofDelimiter(":").withUpperCase().formatHex(digest);
        } catch (GeneralSecurityException | NoSuchElementException e) {
            throw new UnusableException(keyFile + " has no certificate: " + e.getMessage(), renew());
        }
    }

    private static void refuseReadableByOthers(Path keyFile) throws UnusableException {
        try {
            for (PosixFilePermission permission : Files.getPosixFilePermissions(keyFile)) {
                if (OTHERS.contains(permission)) {
                    throw new UnusableException(
                            keyFile + " may be used by other users (mode "
                                    + PosixFilePermissions.toString(Files.getPosixFilePermissions(keyFile)) + ")",
                            "chmod 600 " + keyFile);
                }
            }
        } catch (UnusableException e) {
            throw e;
        } catch (IOException e) {
            throw missing(keyFile, e);
        }
    }

    private static KeyStore readKeys(Path keyFile) throws UnusableException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keyFile)) {
            keys.load(in, PASSWORD.toCharArray());
        } catch (IOException e) {
            throw missing(keyFile, e);
        }
        return keys;
    }

    private static KeyStore readAuthority(Path authorityFile) throws UnusableException, GeneralSecurityException {
        Collection<? extends Certificate> certificates;
        try (InputStream in = Files.newInputStream(authorityFile)) {
            certificates = CertificateFactory.getInstance("X.509").generateCertificates(in);
        } catch (IOException e) {
            throw missing(authorityFile, e);
        }
        if (certificates.isEmpty()) {
            throw new UnusableException(authorityFile + " has no certificate in it", renew());
        }
        KeyStore authority = KeyStore.getInstance("PKCS12");
        try {
            authority.load(null, null);
        } catch (IOException e) {
            throw new AssertionError("an empty key store reads nothing", e);
        }
        int number = 0;
        for (Certificate certificate : certificates) {
            authority.setCertificateEntry("authority" + number++, certificate);
        }
        return authority;
    }

    private static UnusableException missing(Path file, IOException cause) {
        String what = Files.exists(file)
                ? "cannot read " + file + ": "
                        + Optional.ofNullable(cause.getMessage()).orElse("unknown cause")
                : "there is no " + file;
        return new UnusableException(what, renew());
    }

    private static String renew() {
        return "./nullbox boot makes credentials; --credentials names another directory";
    }
}
