package dev.nullbox.warden.vault;

import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.warden.vault.crypto.Secret;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Expected outcome of a file of records, by docs/vault-format.md alone. */
final class ForgedModel {
    private static final HexFormat HEX = HexFormat.of();

    private final Map<SecretName, List<Version>> secrets = new LinkedHashMap<>();
    private final Set<SecretName> deleted = new HashSet<>();
    private long highest;
    private long last;
    private boolean authentic = true;
    private boolean versionsAuthentic = true;
    private Optional<VaultReason> refusal = Optional.empty();

    /** A version as it was sealed. */
    private record Version(SealedRecord.Head head, String value) {}

    /** A record that the commits count. */
    void acknowledge(SealedRecord.Head head, byte[] value, boolean isAuthentic) {
        highest = Math.max(highest, head.sequence());
        authentic &= isAuthentic;
        versionsAuthentic &= isAuthentic || isMark(head);
        if (refusal.isEmpty() && !(isRecord(head, value) && take(head, value, isAuthentic))) {
            refusal = Optional.of(VaultReason.TAMPERED);
        }
    }

    /** The commits' next sequence number. */
    void count(long nextSequence) {
        if (nextSequence <= highest || nextSequence <= 0 || nextSequence >= VaultLimits.MAX_COUNT) {
            refusal = Optional.of(VaultReason.TAMPERED);
        }
    }

    /** A whole authentic record with that number, which no commit counts; what is none is taken for a torn one. */
    void append(SealedRecord.Head head, byte[] value) {
        if (refusal.isEmpty() && isRecord(head, value) && !take(head, value, true)) {
            refusal = Optional.of(VaultReason.TAMPERED);
        }
    }

    /** Something that was never being written. */
    void follow() {
        refusal = refusal.or(() -> Optional.of(VaultReason.TRAILING_BYTES));
    }

    /** The file is cut; false when it is wrong already, in more than one way then. */
    boolean cut() {
        if (refusal.isPresent() || !authentic) {
            return false;
        }
        refusal = Optional.of(VaultReason.TRUNCATED);
        return true;
    }

    Optional<VaultReason> refusal() {
        return refusal;
    }

    /** Whether every version can be taken over: opening takes what the commits count as it is. */
    boolean isImportable() {
        return refusal.isEmpty() && versionsAuthentic;
    }

    long highest() {
        return highest;
    }

    boolean has(SecretName name) {
        return secrets.containsKey(name);
    }

    boolean isDeleted(SecretName name) {
        return deleted.contains(name);
    }

    int newest(SecretName name) {
        List<Version> versions = secrets.getOrDefault(name, List.of());
        return versions.isEmpty() ? 0 : versions.getLast().head().version();
    }

    /** By name and version all that is told. */
    Map<String, String> contents() {
        Map<String, String> contents = new TreeMap<>();
        secrets.forEach((name, versions) -> versions.forEach(version -> {
            boolean destroyed = version.head().kind() == SealedRecord.Kind.DESTROYED;
            String value = destroyed ? "DESTROYED" : isDeleted(name) ? "DELETED" : version.value();
            contents.put(
                    name + " " + version.head().version(),
                    version.head().created() + " " + version.head().canary() + " " + value);
        }));
        return contents;
    }

    /** The same of a vault. */
    static Map<String, String> contents(Vault vault) throws RpcException, IOException {
        Map<String, String> contents = new TreeMap<>();
        for (SecretInfo secret : vault.list(Optional.empty(), 100, true)) {
            for (SecretInfo info : vault.history(secret.name())) {
                String value = info.state() == SecretInfo.State.LIVE
                        ? value(vault, info)
                        : info.state().name();
                contents.put(info.name() + " " + info.version(), info.created() + " " + info.canary() + " " + value);
            }
        }
        return contents;
    }

    private static String value(Vault vault, SecretInfo info) throws RpcException, IOException {
        try (Secret value = vault.get(info.name(), Optional.of(info.version())).value()) {
            return HEX.formatHex(value.bytes());
        } catch (RpcException e) {
            return e.detail();
        }
    }

    /** Whether its bytes are a record's, wherever it stands. */
    private static boolean isRecord(SealedRecord.Head head, byte[] value) {
        boolean mark = isMark(head);
        boolean valued = head.kind() == SealedRecord.Kind.VALUE;
        return head.sequence() > 0
                && (mark ? head.version() == 0 && !head.canary() : head.version() > 0)
                && (value.length > 0) == valued;
    }

    private static boolean isMark(SealedRecord.Head head) {
        return head.kind() == SealedRecord.Kind.DELETED || head.kind() == SealedRecord.Kind.UNDELETED;
    }

    /** Whether a vault would have written it there. */
    private boolean take(SealedRecord.Head head, byte[] value, boolean isAuthentic) {
        boolean ascends = head.sequence() > last;
        last = head.sequence();
        boolean deletes = head.kind() == SealedRecord.Kind.DELETED;
        if (isMark(head)) {
            boolean changes = has(head.name()) && isDeleted(head.name()) != deletes;
            if (deletes) {
                deleted.add(head.name());
            } else {
                deleted.remove(head.name());
            }
            return ascends && changes;
        }
        boolean newer = head.version() > newest(head.name());
        secrets.computeIfAbsent(head.name(), name -> new ArrayList<>())
                .add(new Version(head, isAuthentic ? HEX.formatHex(value) : "TAMPERED"));
        if (head.kind() == SealedRecord.Kind.VALUE) {
            deleted.remove(head.name());
        }
        return ascends && newer;
    }
}
