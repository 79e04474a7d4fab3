package dev.nullbox.manifest;

import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.protocol.id.SecretName;
import java.time.Duration;
import java.util.Optional;

/**
 * Reference to a secret that is leased to an agent for a run, with the bounds of that lease.
 *
 * @param name the secret's name in the vault
 * @param version its version; the newest when absent
 * @param host the host that the secret is for: one of the agent's network.allow, in lower case, without a port
 * @param reads permitted fetches, one when absent; only for {@link Delivery#FETCH}
 * @param ttl time to live, from the run's start; the whole run when absent
 * @param delivery its way to the agent
 */
public record CredentialRef(
        SecretName name,
        Optional<Integer> version,
        Optional<String> host,
        Optional<Integer> reads,
        Optional<Duration> ttl,
        Delivery delivery) {
    /**
     * A checked reference; numbers are bounded by the reader.
     *
     * @throws InvalidValueException when reads of a file are counted
     */
    public CredentialRef {
        if (delivery == Delivery.FILE && reads.isPresent()) {
            throw new InvalidValueException(
                    "counts reads of a file, which nothing can", "add deliver = \"fetch\", or leave reads out");
        }
    }

    /** The newest version of a secret, as a file, for the whole run. */
    public static CredentialRef plain(SecretName name) {
        return new CredentialRef(
                name, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Delivery.FILE);
    }
}
