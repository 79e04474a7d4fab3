package dev.nullbox.nullctl;

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
        return text.append("\n  remedy: ")
                .append(Methods.remedy(error.kind(), error.detail()))
                .toString();
    }
}
