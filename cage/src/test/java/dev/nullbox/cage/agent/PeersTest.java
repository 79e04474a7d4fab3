package dev.nullbox.cage.agent;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParser;
import dev.nullbox.cage.jail.Secret;
import dev.nullbox.manifest.CredentialRef;
import dev.nullbox.manifest.Delivery;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.rpc.RpcException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeersTest {
    private static final List<CredentialRef> REFS = List.of(ref("PASS"), ref("TOKEN"));

    private final List<Secret> secrets = new ArrayList<>();

    private static CredentialRef ref(String name) {
        return new CredentialRef(
                new SecretName(name),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Delivery.FILE);
    }

    @Test
    void takesWhatIsLent() throws RpcException {
        String answer = "{\"lease\":\"L1\",\"secrets\":{\"PASS\":\"czNjcjN0\",\"TOKEN\":\"dDBrM24=\"}}";
        assertThat(Peers.take(JsonParser.parseString(answer), REFS, secrets)).isEqualTo("L1");
        assertThat(secrets)
                .extracting(Secret::value)
                .containsExactly("s3cr3t".getBytes(US_ASCII), "t0k3n".getBytes(US_ASCII));
    }

    /** They once stayed in memory. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"lease\":\"L1\",\"secrets\":{\"PASS\":\"czNjcjN0\"}}                    | the warden did not lend TOKEN",
                "{\"lease\":\"L1\",\"secrets\":{\"PASS\":\"czNjcjN0\",\"TOKEN\":\"?\"}}    | the warden lent TOKEN garbled",
                "{\"lease\":\"L1\",\"secrets\":{\"PASS\":\"czNjcjN0\",\"TOKEN\":[]}}       | the warden did not lend TOKEN",
                "{\"secrets\":{\"PASS\":\"czNjcjN0\",\"TOKEN\":\"dDBrM24=\"}}              | a lease without a name",
            })
    void wipesWhatIsDecodedWhenTheRestIsNot(String answer, String why) {
        assertThatThrownBy(() -> Peers.take(JsonParser.parseString(answer), REFS, secrets))
                .isInstanceOf(RpcException.class)
                .hasMessageContaining(why);
        assertThat(secrets)
                .isNotEmpty()
                .allSatisfy(secret -> assertThat(secret.value()).containsOnly(0));
    }
}
