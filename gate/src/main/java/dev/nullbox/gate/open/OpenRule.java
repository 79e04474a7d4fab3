package dev.nullbox.gate.open;

import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.EgressContract;
import dev.nullbox.protocol.id.SecretForm;
import dev.nullbox.protocol.id.SecretName;
import java.util.List;
import java.util.Optional;

/**
 * Order of egress to open a connection.
 *
 * @param agent the agent's name
 * @param run the number of its run
 * @param authority certificate of the run's authority, DER in base 64
 * @param key its key, PKCS #8 in base 64
 * @param putIn the secrets
 * @param ca authorities of the host as PEM, in place of the public ones
 */
public record OpenRule(String agent, long run, String authority, String key, List<PutIn> putIn, Optional<String> ca) {
    public OpenRule {
        putIn = List.copyOf(putIn);
    }

    /** Secret, the header that it goes to, and the text in its stead. */
    public record PutIn(SecretName secret, SecretForm as, String placeholder) {}

    /** The order of a message. */
    public static OpenRule of(Message open) {
        return new OpenRule(
                open.get(Fields.AGENT),
                open.get(Fields.RUN),
                open.get(EgressContract.AUTHORITY),
                open.get(EgressContract.AUTHORITY_KEY),
                open.get(EgressContract.PUT_IN).stream()
                        .map(one -> new PutIn(
                                one.get(EgressContract.SECRET),
                                one.get(EgressContract.AS),
                                one.get(EgressContract.PLACEHOLDER)))
                        .toList(),
                open.find(EgressContract.CA));
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "rule of run " + run + " of " + agent;
    }
}
