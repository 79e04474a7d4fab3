package dev.nullbox.cage.store;

import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.DeployContract;
import dev.nullbox.protocol.api.GatewayContract;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Versions of an agent, of which one is current. Kept as one JSON file, so that a version and its being current appear
 * at once.
 *
 * @param current number of the version for the next start
 * @param versions in the order in which they were added, at least one
 */
public record StoredAgent(long current, List<StoredVersion> versions) {
    /** Versions that are kept in addition to the current one. */
    static final int MAX_FORMER = 9;

    private static final Field<Long> CURRENT = Field.of("current", FieldType.whole(1, Long.MAX_VALUE, ""), "");
    private static final Field<List<Message>> VERSIONS = Field.of(
            "versions",
            FieldType.listOf(FieldType.struct(
                    DeployContract.VERSION,
                    DeployContract.DIGEST,
                    DeployContract.MANIFEST_SHA256,
                    DeployContract.ADDED,
                    GatewayContract.CLIENT)),
            "");

    public StoredAgent {
        versions = List.copyOf(versions);
    }

    /** The agent with its first version. */
    static StoredAgent first(StoredVersion version) {
        return new StoredAgent(version.number(), List.of(version));
    }

    /** The same with one more version, which becomes current; the oldest are dropped beyond the bound. */
    StoredAgent with(StoredVersion version) {
        List<StoredVersion> all = new ArrayList<>(versions);
        all.add(version);
        return new StoredAgent(version.number(), all.subList(Math.max(0, all.size() - 1 - MAX_FORMER), all.size()));
    }

    /** The same with another current version. */
    StoredAgent withCurrent(long number) {
        return new StoredAgent(number, versions);
    }

    /** The same without the versions that are not current. */
    StoredAgent withoutFormer() {
        return new StoredAgent(current, List.of(currentVersion()));
    }

    /** The number of the next version. */
    long next() {
        return versions.getLast().number() + 1;
    }

    /** The current version. */
    public StoredVersion currentVersion() {
        return find(current).orElseThrow();
    }

    /** The version of a number. */
    public Optional<StoredVersion> find(long number) {
        return versions.stream().filter(version -> version.number() == number).findFirst();
    }

    /** The version before the current one. */
    public Optional<StoredVersion> previous() {
        return versions.stream().filter(version -> version.number() < current).reduce((_, later) -> later);
    }

    byte[] encode() {
        return Json.bytes(Codec.encode(
                CURRENT.is(current),
                VERSIONS.is(versions.stream()
                        .map(version -> Message.of(
                                DeployContract.VERSION.is(version.number()),
                                DeployContract.DIGEST.is(version.digest()),
                                DeployContract.MANIFEST_SHA256.is(version.manifestDigest()),
                                DeployContract.ADDED.is(version.addedMillis()),
                                GatewayContract.CLIENT.is(version.operator())))
                        .toList())));
    }

    /**
     * Parses an agent.json.
     *
     * @throws RpcException when the bytes are malformed
     */
    static StoredAgent decode(byte[] bytes) throws RpcException {
        Message message =
                Codec.decodeOpen(List.of(CURRENT, VERSIONS), Json.parse(bytes).getAsJsonObject());
        return new StoredAgent(
                message.get(CURRENT),
                message.get(VERSIONS).stream()
                        .map(version -> new StoredVersion(
                                version.get(DeployContract.VERSION),
                                version.get(DeployContract.DIGEST),
                                version.get(DeployContract.MANIFEST_SHA256),
                                version.get(DeployContract.ADDED),
                                version.get(GatewayContract.CLIENT)))
                        .toList());
    }
}
