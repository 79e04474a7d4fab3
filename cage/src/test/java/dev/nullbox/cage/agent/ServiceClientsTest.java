package dev.nullbox.cage.agent;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParser;
import dev.nullbox.cage.jail.Secret;
import dev.nullbox.manifest.CredentialRef;
import dev.nullbox.manifest.Delivery;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.VaultContract;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.RpcException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServiceClientsTest {
    private static final List<CredentialRef> REFS = List.of(ref("PASS"), ref("TOKEN"));

    private static CredentialRef ref(String name) {
        return new CredentialRef(
                new SecretName(name),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Delivery.FILE);
    }

    private static Message decode(String response) throws RpcException {
        return Codec.decodeResult(
                VaultContract.LEASE_FOR.name(), VaultContract.LEASE_FOR.result(), JsonParser.parseString(response));
    }

    @Test
    void takesWhatIsLent() throws RpcException {
        Message response = decode("{\"lease\":\"L1\",\"secrets\":{\"PASS\":\"czNjcjN0\",\"TOKEN\":\"dDBrM24=\"}}");
        ServiceClients.GrantedLease granted = ServiceClients.grantedLease(response, REFS);
        assertThat(granted.lease()).isEqualTo("L1");
        assertThat(granted.secrets())
                .extracting(Secret::value)
                .containsExactly("s3cr3t".getBytes(US_ASCII), "t0k3n".getBytes(US_ASCII));
    }

    /** They once stayed in memory. */
    @Test
    void secretsAreWipedWhenOneIsMissing() throws RpcException {
        Message response = decode("{\"lease\":\"L1\",\"secrets\":{\"PASS\":\"czNjcjN0\"}}");
        assertThatThrownBy(() -> ServiceClients.grantedLease(response, REFS))
                .isInstanceOf(RpcException.class)
                .hasMessageContaining("the warden's lease lacks TOKEN");
        assertThat(response.get(VaultContract.VALUES).values())
                .isNotEmpty()
                .allSatisfy(value -> assertThat(value).containsOnly(0));
    }

    /** That none of it stays in memory is the codec's test. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"lease\":\"L1\",\"secrets\":{\"PASS\":\"czNjcjN0\",\"TOKEN\":\"?\"}} | secrets.TOKEN: must be bytes in base64",
                "{\"lease\":\"L1\",\"secrets\":{\"PASS\":\"czNjcjN0\",\"TOKEN\":[]}}    | secrets.TOKEN: must be a string",
                "{\"secrets\":{\"PASS\":\"czNjcjN0\",\"TOKEN\":\"dDBrM24=\"}}           | lease: the parameter is missing",
            })
    void answersOfAnotherFormAreRefused(String response, String why) {
        assertThatThrownBy(() -> decode(response))
                .isInstanceOf(RpcException.class)
                .hasMessageContaining(why);
    }
}
