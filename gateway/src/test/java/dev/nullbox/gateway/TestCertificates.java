package dev.nullbox.gateway;

import dev.nullbox.rpc.TlsCredentials;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Two authorities and what they signed, made by the JDK's keytool. */
public final class TestCertificates {
    private static final char[] PASSWORD = TlsCredentials.PASSWORD.toCharArray();

    private final Path directory;
    private final Path store;

    private TestCertificates(Path directory) {
        this.directory = directory;
        this.store = directory.resolve("all.p12");
    }

    /**
     * In the directory: {@code good} (as ./nullbox boot makes them), {@code stranger} (another authority's client, trusting
     * the good one), {@code misnamed} (a good server certificate for another name), {@code nobody} (a client whose own
     * authority is not the server's either way), {@code nameless} (a good client without a subjectAltName).
     */
    static TestCertificates make(Path directory) throws Exception {
        TestCertificates made = new TestCertificates(directory);
        made.keytool("ca", "-dname", "CN=good authority", "-ext", "bc:c=ca:true", "-ext", "ku:c=keyCertSign");
        made.keytool("ca2", "-dname", "CN=other authority", "-ext", "bc:c=ca:true", "-ext", "ku:c=keyCertSign");
        made.signed("server", "ca", "CN=nullbox", "san=dns:nullbox", "eku=serverAuth");
        made.signed("misnamed", "ca", "CN=nullbox", "san=dns:localhost,ip:127.0.0.1", "eku=serverAuth");
        made.signed("client", "ca", "CN=operator", "san=dns:operator", "eku=clientAuth");
        made.signed("client2", "ca2", "CN=stranger", "san=dns:stranger", "eku=clientAuth");
        made.signed("nameless", "ca", "CN=nameless", "eku=clientAuth");
        made.credentials("good", "server", "client", "ca");
        made.credentials("misnamed", "misnamed", "client", "ca");
        made.credentials("stranger", "server", "client2", "ca");
        made.credentials("nameless", "server", "nameless", "ca");
        made.credentials("nobody", "server", "client2", "ca2");
        return made;
    }

    /** A directory as nullctl and the gateway expect it. */
    public Path directory(String name) {
        return directory.resolve(name);
    }

    /** The client's own certificate. */
    Certificate client(String name) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(directory(name).resolve("client.p12"))) {
            keys.load(in, PASSWORD);
        }
        return keys.getCertificate(keys.aliases().nextElement());
    }

    private void signed(String alias, String authority, String subject, String... extensions) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("-dname", subject, "-signer", authority));
        for (String extension : extensions) {
            arguments.addAll(List.of("-ext", extension));
        }
        keytool(alias, arguments.toArray(String[]::new));
    }

    private void keytool(String alias, String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-J-XX:TieredStopAtLevel=1",
                "-genkeypair"));
        command.addAll(List.of("-alias", alias, "-keyalg", "EC", "-groupname", "secp256r1", "-validity", "2"));
        command.addAll(List.of("-storetype", "PKCS12", "-keystore", store.toString()));
        command.addAll(List.of("-storepass", TlsCredentials.PASSWORD));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new AssertionError("keytool failed: " + output);
        }
    }

    private void credentials(String name, String server, String client, String authority) throws Exception {
        Path into = Files.createDirectories(directory(name));
        KeyStore all = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            all.load(in, PASSWORD);
        }
        write(all, server, into.resolve("server.p12"));
        write(all, client, into.resolve("client.p12"));
        Certificate certificate = all.getCertificate(authority);
        Files.writeString(
                into.resolve("ca.pem"),
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder().encodeToString(certificate.getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
    }

    private static void write(KeyStore all, String alias, Path file) throws Exception {
        KeyStore one = KeyStore.getInstance("PKCS12");
        one.load(null, null);
        one.setKeyEntry(alias, all.getKey(alias, PASSWORD), PASSWORD, all.getCertificateChain(alias));
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (OutputStream out = Files.newOutputStream(file)) {
            one.store(out, PASSWORD);
        } catch (IOException e) {
            throw new AssertionError("cannot write " + file, e);
        }
    }
}
