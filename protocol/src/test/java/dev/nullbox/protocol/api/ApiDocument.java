package dev.nullbox.protocol.api;

import dev.nullbox.protocol.Audience;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.Event;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.Reason;
import dev.nullbox.protocol.Service;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Rendering of docs/api.md from the contract. */
final class ApiDocument {
    private final StringBuilder text = new StringBuilder();

    private ApiDocument() {}

    static String render() {
        ApiDocument document = new ApiDocument();
        document.line("# Methods, events and errors");
        document.line("");
        document.line("Generated from module `protocol` by `./nullbox docs`; do not edit.");
        document.line("");
        document.line("JSON-RPC 2.0, one UTF-8 line a message, at most 1 MiB: on each service's Unix socket in"
                + " `/run/nullbox`, and on the management port for what operators may call. `?` marks a field that may be"
                + " left out; a request has no other fields than these. An error carries `data: {kind, detail, field?}`,"
                + " where `detail` is one of the reasons below.");
        document.line("");
        document.line("The management port speaks HTTP/1.1 too: `POST /v1/METHOD` with the parameters as a JSON object"
                + " (`curl --json`); the answer is the result, or a problem of RFC 9457 with `code` (the reason),"
                + " `kind`, `field?` and `remedy`. `GET /v1/openapi.json` describes all of it, `GET /v1/events` is a"
                + " stream of events (`?after=SEQ`), `GET /metrics` OpenMetrics, and files pass as"
                + " `application/octet-stream` through `POST /v1/SERVICE/files` and `GET /v1/SERVICE/files/TRANSFER`.");
        for (Service service : Service.values()) {
            document.service(service);
        }
        document.events();
        document.reasons();
        return document.text.toString();
    }

    private void service(Service service) {
        line("");
        line("## " + service.key());
        line("");
        line("On `" + service.socketName() + "`.");
        for (Method<?> method : Methods.ALL) {
            if (method.service() == service) {
                method(method);
            }
        }
    }

    private void method(Method<?> method) {
        line("");
        line("### `" + method.name() + "`");
        line("");
        line(sentence(method.meaning()) + " For " + audience(method.audience()) + "; "
                + method.effect().name().toLowerCase(Locale.ROOT).replace('_', ' ') + "; answers within "
                + duration(method.deadline()) + ".");
        fields("parameter", method.request());
        line("");
        line("Result: " + type(method.result()) + ".");
        if (method.result() instanceof FieldType.Struct(List<Field<?>> fields)) {
            fields("member", fields);
        } else if (method.result() instanceof FieldType.ListOf<?>(FieldType.Struct(List<Field<?>> fields), int _)) {
            fields("member", fields);
        }
    }

    private void fields(String title, List<Field<?>> fields) {
        if (fields.isEmpty()) {
            return;
        }
        line("");
        line("| " + title + " | type | without it | meaning |");
        line("| --- | --- | --- | --- |");
        for (Field<?> field : fields) {
            line("| `" + field.name() + (field.required() ? "" : "?") + "` | " + type(field.type()) + " | "
                    + absent(field) + " | " + field.meaning() + " |");
        }
    }

    private static String absent(Field<?> field) {
        if (field.required()) {
            return "";
        }
        return field.otherwise()
                .map(value -> value.equals(Long.MAX_VALUE) || value.equals("") ? "none" : "`" + value + "`")
                .orElse("none");
    }

    private static String type(FieldType<?> type) {
        return switch (type) {
            case FieldType.Text(int min, int max) ->
                max == Integer.MAX_VALUE ? "string" : "string of " + min + " to " + max + " characters";
            case FieldType.Matched matched -> "string: " + matched.words();
            case FieldType.Choice choice ->
                choice.words().stream().map(word -> "`" + word + "`").collect(Collectors.joining(", "));
            case FieldType.Whole(long min, long max, String unit) -> "integer" + range(min, max) + unit(unit);
            case FieldType.Real _ -> "number";
            case FieldType.Truth _ -> "boolean";
            case FieldType.Bytes bytes -> "base 64" + length(bytes);
            case FieldType.ListOf<?>(FieldType<?> element, int max) ->
                "list of " + (max == Integer.MAX_VALUE ? "" : "at most " + max + " ") + type(element);
            case FieldType.MapOf<?> map -> "object of " + type(map.element()) + " by name";
            case FieldType.Struct struct ->
                struct.fields().isEmpty()
                        ? "`{}`"
                        : "`{"
                                + struct.fields().stream()
                                        .map(field -> field.name() + (field.required() ? "" : "?"))
                                        .collect(Collectors.joining(", "))
                                + "}`";
            case FieldType.Any _ -> "any JSON";
            case FieldType.Parsed<?> parsed -> "string: " + parsed.words();
        };
    }

    private static String range(long min, long max) {
        if (max == Long.MAX_VALUE || max == Integer.MAX_VALUE) {
            return min == 0 ? "" : " from " + min;
        }
        return " from " + min + " to " + max;
    }

    private static String unit(String unit) {
        return unit.isEmpty() ? "" : ", " + unit;
    }

    private static String length(FieldType.Bytes bytes) {
        if (bytes.max() == Integer.MAX_VALUE) {
            return "";
        }
        return bytes.min() == bytes.max()
                ? ", " + bytes.min() + " bytes"
                : ", " + bytes.min() + " to " + bytes.max() + " bytes";
    }

    private static String audience(Audience audience) {
        return switch (audience) {
            case HOST -> "host services as root";
            case EGRESS -> "egress, and host services as root";
            case GATE_ALONE -> "the gate, and host services as root";
            case OPERATORS -> "operators";
            case AGENTS -> "agents, on their own listener, and operators";
        };
    }

    private static String duration(Duration duration) {
        return duration.toHours() > 0 ? duration.toHours() + " h" : duration.toSeconds() + " s";
    }

    private void events() {
        line("");
        line("## Events");
        line("");
        line("One JSON object a line, `{event, its fields}`; `nullctl logs` shows them with `seq`, `t` and `source`.");
        line("");
        line("| event | fields | meaning |");
        line("| --- | --- | --- |");
        for (Event event : Methods.EVENTS) {
            line("| `" + event.name() + "` | "
                    + event.fields().stream()
                            .map(field -> "`" + field.name() + (field.required() ? "" : "?") + "`")
                            .collect(Collectors.joining(", "))
                    + " | " + event.meaning() + " |");
        }
    }

    private void reasons() {
        line("");
        line("## Reasons of errors");
        reasons("Of every service", CallReason.values());
        reasons("Of nulld", NulldReason.values());
        reasons("Of egress", EgressReason.values());
        reasons("Of warden", VaultReason.values());
        reasons("Of ctxgraph", MemoryReason.values());
        reasons("Of cage", AgentReason.values());
    }

    private void reasons(String title, Reason[] reasons) {
        line("");
        line("### " + title);
        line("");
        line("| reason | kind | when | remedy |");
        line("| --- | --- | --- | --- |");
        Stream.of(reasons)
                .forEach(reason -> line("| `" + reason.name() + "` | " + reason.kind() + " | "
                        + reason.details().meaning() + " | " + reason.details().remedy() + " |"));
    }

    private static String sentence(String meaning) {
        return Character.toUpperCase(meaning.charAt(0)) + meaning.substring(1) + ".";
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
