package dev.nullbox.nullctl.client;

import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.TerminalText;

/** The appliance's errors for people: code, field, what was wrong, what to do. */
public final class Refusals {
    private Refusals() {}

    public static String text(RpcException refusal) {
        StringBuilder text = new StringBuilder("nullctl: refused: ");
        text.append(refusal.code());
        if (!refusal.detail().isEmpty()) {
            text.append(' ').append(TerminalText.line(refusal.detail()));
        }
        refusal.field().ifPresent(field -> text.append("\n  field:  ").append(TerminalText.line(field)));
        text.append("\n  cause:  ").append(TerminalText.line(refusal.getMessage()));
        return text.append("\n  remedy: ").append(remedy(refusal)).toString();
    }

    /** By the service's own code (docs/vault-methods.md) where there is more to say than by its kind. */
    private static String remedy(RpcException refusal) {
        return switch (refusal.detail()) {
            case "VAULT_NEW" -> "nullctl vault init makes the vault";
            case "VAULT_SEALED" -> "nullctl vault unseal opens it";
            case "VAULT_EXISTS" -> "nullctl vault unseal opens the vault that is there";
            case "ALREADY_UNSEALED" -> "go on: nothing else is needed";
            case "WRONG_KEY" -> "nullctl vault status lists what opens the vault; attempts are counted and slowed";
            case "ATTEMPTS_DELAYED" -> "wait as long as the cause says; nullctl vault status counts down";
            case "SLOT_UNKNOWN", "SLOTS_FULL", "LAST_SLOT" -> "nullctl vault status lists the slots";
            case "SECRET_UNKNOWN" -> "nullctl vault list --deleted names what is there";
            case "VERSION_UNKNOWN", "VERSION_DESTROYED" -> "nullctl vault history NAME lists the versions";
            case "SECRET_DELETED" -> "nullctl vault undelete NAME brings it back";
            case "SECRET_NOT_DELETED" -> "go on: it is there";
            case "SECRET_EXISTS" -> "--overwrite makes the file's value the next version";
            case "LEASE_UNKNOWN" -> "nullctl vault leases lists them";
            case "VAULT_NOT_WRITTEN" -> "free space on the data partition, then look by nullctl vault list";
            case "VAULT_BUSY" -> "ask again; nullctl logs --source warden says what takes so long";
            case "AUDIT_NOT_WRITTEN" ->
                "free space on the data partition; nullctl logs --source warden says what failed";
            case "TOO_MANY_SECRETS", "TOO_MANY_VERSIONS", "VAULT_FULL" -> "nullctl vault destroy makes room";
            case "QUARANTINED", "INFLUENCED" -> "nullctl memory quarantines says what is held back and why";
            case "HEAD" -> "nullctl memory history KEY says what it holds now";
            case "DAMAGED" -> "nullctl memory status names what is damaged; write, import or restore it";
            case "UNEXPECTED" -> "use the nullctl that was built with the appliance";
            default -> remedy(refusal.code());
        };
    }

    private static String remedy(RpcException.Code code) {
        return switch (code) {
            case NOT_FOUND -> "nullctl agents, vault list and memory list name what is there";
            case CONFLICT -> "nullctl status and nullctl agents say what state it is in";
            case INVALID_PARAMS -> "correct the value that the cause names";
            case UNAVAILABLE -> "nullctl status says which service is down, nullctl logs why";
            case TIMEOUT -> "ask again; nullctl logs says what the appliance is doing";
            case DENIED -> "this is not for operators to do";
            case PARSE, INVALID_REQUEST, NO_METHOD -> "use the nullctl that was built with the appliance";
            case INTERNAL -> "this is a bug in the appliance; nullctl logs has what it said";
        };
    }
}
