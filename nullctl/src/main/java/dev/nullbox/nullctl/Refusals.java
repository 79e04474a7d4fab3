package dev.nullbox.nullctl;

import dev.nullbox.rpc.RpcException;

/** The appliance's errors for people: code, field, what was wrong, what to do. */
final class Refusals {
    private Refusals() {}

    static String text(RpcException refusal) {
        StringBuilder text = new StringBuilder("nullctl: refused: ");
        text.append(refusal.code());
        if (!refusal.detail().isEmpty()) {
            text.append(' ').append(Printable.line(refusal.detail()));
        }
        refusal.field().ifPresent(field -> text.append("\n  field:  ").append(Printable.line(field)));
        text.append("\n  cause:  ").append(Printable.line(refusal.getMessage()));
        return text.append("\n  remedy: ").append(remedy(refusal.code())).toString();
    }

    private static String remedy(RpcException.Code code) {
        return switch (code) {
            case NOT_FOUND -> "nullctl agents and nullctl vault list name what is there";
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
