package dev.nullbox.nullctl;

import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.protocol.api.Methods;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.TerminalText;
import java.util.stream.Collectors;

/** Error messages of the appliance for operators: kind, reason, field, cause, remedy. */
final class ErrorMessages {
    private ErrorMessages() {}

    static String text(RpcException error) {
        StringBuilder text = new StringBuilder("nullctl: refused: ");
        text.append(error.kind());
        if (!error.detail().isEmpty()) {
            text.append(' ').append(TerminalText.line(error.detail()));
        }
        error.field().ifPresent(field -> text.append("\n  field:  ").append(TerminalText.line(field)));
        text.append("\n  cause:  ")
                .append(error.getMessage().lines().map(TerminalText::line).collect(Collectors.joining("\n          ")));
        String remedy = Methods.reason(error.detail())
                .map(reason -> reason.details().remedy())
                .filter(own -> !own.isEmpty())
                .orElseGet(() -> remedy(error.kind()));
        return text.append("\n  remedy: ").append(remedy).toString();
    }

    private static String remedy(ErrorKind kind) {
        return switch (kind) {
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
