package dev.nullbox.gate.open;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * TLS of the gate towards hosts, whose certificate and name are checked: by the public authorities that the runtime was built
 * with, or by those of a rule.
 */
public final class Upstreams {
    private static final int MOST = 64;

    private final SSLContext byPublic;
    private final int publicCount;
    private final Map<String, SSLContext> byRule = new LinkedHashMap<>(16, 0.75f, true);

    private Upstreams(SSLContext byPublic, int publicCount) {
        this.byPublic = byPublic;
        this.publicCount = publicCount;
    }

    /** Reads the public authorities. */
    public static Upstreams open() throws IOException {
        try {
            TrustManagerFactory trust = factory();
            trust.init((KeyStore) null);
            int count = Stream.of(trust.getTrustManagers())
                    .filter(X509TrustManager.class::isInstance)
                    .mapToInt(one -> ((X509TrustManager) one).getAcceptedIssuers().length)
                    .sum();
            return new Upstreams(context(trust), count);
        } catch (GeneralSecurityException e) {
            throw new IOException("the public authorities cannot be read: " + e.getMessage(), e);
        }
    }

    /** Number of public authorities. */
    public int publicCount() {
        return publicCount;
    }

    /**
     * An engine that speaks with the host alone.
     *
     * @param ca authorities as PEM, in place of the public ones
     * @throws GeneralSecurityException when they cannot be read
     */
    public TlsPipe open(String host, int port, Optional<String> ca) throws GeneralSecurityException, SSLException {
        SSLEngine engine = (ca.isPresent() ? ofRule(ca.get()) : byPublic).createSSLEngine(host, port);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setServerNames(List.of(new SNIHostName(host)));
        parameters.setApplicationProtocols(Certificates.PROTOCOLS);
        engine.setSSLParameters(parameters);
        return new TlsPipe(engine);
    }

    private SSLContext ofRule(String pem) throws GeneralSecurityException {
        SSLContext known = byRule.get(pem);
        if (known != null) {
            return known;
        }
        TrustManagerFactory trust = factory();
        trust.init(store(pem));
        SSLContext made = context(trust);
        byRule.put(pem, made);
        if (byRule.size() > MOST) {
            byRule.remove(byRule.keySet().iterator().next());
        }
        return made;
    }

    private static KeyStore store(String pem) throws GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        try {
            store.load(null, null);
        } catch (IOException e) {
            throw new GeneralSecurityException("an empty store cannot be made", e);
        }
        int number = 0;
        for (Certificate one : CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)))) {
            store.setCertificateEntry("authority-" + ++number, one);
        }
        return store;
    }

    private static TrustManagerFactory factory() throws GeneralSecurityException {
        return TrustManagerFactory.getInstance("PKIX");
    }

    private static SSLContext context(TrustManagerFactory trust) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
