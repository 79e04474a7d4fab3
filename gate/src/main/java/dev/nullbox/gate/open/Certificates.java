package dev.nullbox.gate.open;

import dev.nullbox.service.x509.RunAuthority;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** TLS of the gate towards agents, with certificates that the authority of the agent's run gives it. */
public final class Certificates {
    static final String[] PROTOCOLS = {"http/1.1"};

    private static final int MOST = 128;

    private final KeyPair keys = RunAuthority.newKeys();
    private final Map<Of, SSLContext> contexts = new LinkedHashMap<>(16, 0.75f, true);

    private record Of(String authority, String host) {}

    /**
     * An engine that proves to be the host.
     *
     * @throws GeneralSecurityException when the authority is none
     */
    public TlsPipe open(OpenRule rule, String host) throws GeneralSecurityException, SSLException {
        Of of = new Of(rule.authority(), host);
        SSLContext context = contexts.get(of);
        if (context == null) {
            context = context(RunAuthority.of(rule.authority(), rule.key()), host);
            contexts.put(of, context);
            if (contexts.size() > MOST) {
                contexts.remove(contexts.keySet().iterator().next());
            }
        }
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setApplicationProtocols(PROTOCOLS);
        engine.setSSLParameters(parameters);
        return new TlsPipe(engine);
    }

    private SSLContext context(RunAuthority authority, String host) throws GeneralSecurityException {
        X509Certificate[] chain = {authority.certify(host, keys.getPublic()), authority.certificate()};
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(new KeyManager[] {new OneKey(chain, keys.getPrivate())}, null, new SecureRandom());
        return context;
    }

    /** The one certificate, whatever is asked for. */
    private static final class OneKey extends X509ExtendedKeyManager {
        private static final String ALIAS = "the-host";
        private static final String KIND = "EC";

        private final X509Certificate[] chain;
        private final PrivateKey key;

        OneKey(X509Certificate[] chain, PrivateKey key) {
            this.chain = chain.clone();
            this.key = key;
        }

        @Override
        public @Nullable String chooseEngineServerAlias(String type, Principal[] issuers, SSLEngine engine) {
            return chooseServerAlias(type, issuers, null);
        }

        @Override
        public @Nullable String chooseServerAlias(
                String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return type.startsWith(KIND) ? ALIAS : null;
        }

        @Override
        public @Nullable String chooseClientAlias(
                String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return null;
        }

        @Override
        public String[] getClientAliases(String type, Principal @Nullable [] issuers) {
            return new String[0];
        }

        @Override
        public String[] getServerAliases(String type, Principal @Nullable [] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return chain.clone();
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return key;
        }
    }
}
