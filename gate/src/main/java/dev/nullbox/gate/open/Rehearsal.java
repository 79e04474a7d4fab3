package dev.nullbox.gate.open;

import dev.nullbox.protocol.id.SecretForm;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.service.x509.RunAuthority;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Connection of the gate with itself before it serves, in memory: with it the runtime has opened all files that further
 * connections need, as the source of random bytes, and a gate that cannot open connections says so at its start.
 */
public final class Rehearsal {
    private static final String HOST = "rehearsal.invalid";
    private static final String PLACEHOLDER = "placeholder-of-the-rehearsal";
    private static final String VALUE = "value-of-the-rehearsal";
    private static final int PORT = 443;

    private Rehearsal() {}

    /**
     * Opens a connection.
     *
     * @throws IOException when a request does not arrive as it should
     */
    public static void play(Certificates certificates, Upstreams upstreams) throws IOException {
        RunAuthority authority = RunAuthority.create("rehearsal", List.of(HOST));
        OpenRule rule = new OpenRule(
                "rehearsal",
                0,
                authority.encodedCertificate(),
                authority.encodedKey(),
                List.of(new OpenRule.PutIn(new SecretName("REHEARSAL"), SecretForm.BASIC, PLACEHOLDER)),
                Optional.of(authority.pem()));
        ByteQueue request = new ByteQueue();
        ByteQueue answer = new ByteQueue();
        try (HeldSecret secret = HeldSecret.of("", VALUE.getBytes(StandardCharsets.US_ASCII))) {
            TlsPipe server = certificates.open(rule, HOST);
            TlsPipe client = upstreams.open(HOST, PORT, rule.ca());
            while (!server.isReady() || !client.isReady()) {
                client.handshake();
                boolean isMoved = move(client, server);
                server.handshake();
                if (!move(server, client) && !isMoved) {
                    throw new IOException("the handshake of the rehearsal stands still");
                }
            }
            RequestFilter requests =
                    new RequestFilter(HOST, PORT, List.of(new Substitution(SecretForm.BEARER, PLACEHOLDER, secret)));
            ResponseFilter answers = new ResponseFilter(requests, List.of(secret));
            ByteQueue asked = new ByteQueue();
            asked.add("GET / HTTP/1.1\r\nHost: " + HOST + "\r\nAuthorization: Bearer " + PLACEHOLDER + "\r\n\r\n");
            client.write(asked);
            move(client, server);
            server.read((bytes, offset, length) -> requests.push(bytes, offset, length, request));
            byte[] said = ("HTTP/1.1 200 OK\r\nContent-Length: " + VALUE.length() + "\r\n\r\n" + VALUE)
                    .getBytes(StandardCharsets.US_ASCII);
            answers.push(said, 0, said.length, answer);
            boolean isRight = request.text(request.size()).contains("Bearer " + VALUE)
                    && !answer.text(answer.size()).contains(VALUE);
            if (!isRight) {
                throw new IOException("a secret of the rehearsal is not where it should be");
            }
            answers.close();
        } catch (GeneralSecurityException | RefusedException e) {
            throw new IOException("no connection can be opened: " + e.getMessage(), e);
        }
    }

    private static boolean move(TlsPipe from, TlsPipe to) {
        ByteQueue bytes = from.toSend();
        byte[] moved = Arrays.copyOfRange(bytes.array(), bytes.start(), bytes.start() + bytes.size());
        bytes.take(moved.length);
        to.receive(moved, moved.length);
        return moved.length > 0;
    }
}
