package dev.nullbox.gateway.http;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.gateway.session.OperatorCalls;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.Version;
import dev.nullbox.protocol.api.Methods;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.Json;
import java.util.List;
import java.util.Locale;

/**
 * The OpenAPI 3.1.1 document of the management port, made from the contract (https://spec.openapis.org/oas/v3.1.1.html;
 * its schemas are JSON Schema 2020-12).
 */
final class OpenApi {
    private static final String PROBLEM = "Problem";
    private static final String TYPE = "type";
    private static final String DESCRIPTION = "description";
    private static final String OBJECT = "object";
    private static final String STRING = "string";

    private static final byte[] BYTES = Json.bytes(document());

    private OpenApi() {}

    /** The document as UTF-8. */
    static byte[] bytes() {
        return BYTES.clone();
    }

    private static JsonObject document() {
        JsonObject paths = new JsonObject();
        for (Method<?> method : Methods.ALL) {
            if (OperatorCalls.isOpen(method)) {
                paths.add("/v1/" + method.name(), of("post", operation(method)));
            }
        }
        paths.add(
                "/v1/events",
                of("get", stream("events", "events as they come, from the oldest that is kept", "text/event-stream")));
        paths.add("/metrics", of("get", stream("metrics", "figures of all agents", "application/openmetrics-text")));
        for (String service : Methods.transferring()) {
            paths.add("/v1/" + service + "/files", of("post", upload(service)));
            paths.add("/v1/" + service + "/files/{transfer}", of("get", download(service)));
        }
        JsonObject info = new JsonObject();
        info.addProperty("title", "NullBox");
        info.addProperty("version", Version.TEXT);
        info.addProperty(DESCRIPTION, "The management port of a NullBox appliance, for operators with a certificate.");
        JsonObject components = new JsonObject();
        components.add("schemas", of(PROBLEM, problem()));
        components.add("securitySchemes", of("certificate", typed("mutualTLS")));
        JsonObject document = new JsonObject();
        document.addProperty("openapi", "3.1.1");
        document.add("info", info);
        document.add("security", list(of("certificate", new JsonArray())));
        document.add("paths", paths);
        document.add("components", components);
        return document;
    }

    private static JsonObject operation(Method<?> method) {
        JsonObject operation =
                operation(method.name(), method.meaning(), method.service().key());
        operation.addProperty("x-effect", method.effect().name().toLowerCase(Locale.ROOT));
        operation.addProperty("x-deadline-s", method.deadline().toSeconds());
        if (!method.request().isEmpty()) {
            JsonObject body = new JsonObject();
            body.addProperty("required", method.request().stream().anyMatch(Field::required));
            body.add("content", of("application/json", of("schema", object(method.request(), false))));
            operation.add("requestBody", body);
        }
        operation.add("responses", responses("application/json", schema(method.result())));
        return operation;
    }

    private static JsonObject stream(String id, String meaning, String type) {
        JsonObject operation = operation(id, meaning, "streams");
        operation.add("responses", responses(type, typed(STRING)));
        return operation;
    }

    private static JsonObject upload(String service) {
        JsonObject operation = operation(
                service + ".upload", "sends a file, which a method then takes by its transfer and sha256", "files");
        JsonObject body = new JsonObject();
        body.addProperty("required", true);
        body.add("content", of("application/octet-stream", new JsonObject()));
        operation.add("requestBody", body);
        operation.add("responses", responses("application/json", object(Files.UPLOADED, true)));
        return operation;
    }

    private static JsonObject download(String service) {
        JsonObject operation = operation(service + ".download", "the file of a transfer that a method began", "files");
        JsonObject parameter = new JsonObject();
        parameter.addProperty("name", "transfer");
        parameter.addProperty("in", "path");
        parameter.addProperty("required", true);
        parameter.add("schema", typed(STRING));
        operation.add("parameters", list(parameter));
        operation.add("responses", responses("application/octet-stream", new JsonObject()));
        return operation;
    }

    private static JsonObject operation(String id, String meaning, String tag) {
        JsonObject operation = new JsonObject();
        operation.addProperty("operationId", id);
        operation.addProperty("summary", meaning);
        JsonArray tags = new JsonArray();
        tags.add(tag);
        operation.add("tags", tags);
        return operation;
    }

    private static JsonObject responses(String type, JsonObject schema) {
        JsonObject answer = new JsonObject();
        answer.addProperty(DESCRIPTION, "the result");
        answer.add("content", of(type, of("schema", schema)));
        JsonObject reference = new JsonObject();
        reference.addProperty("$ref", "#/components/schemas/" + PROBLEM);
        JsonObject error = new JsonObject();
        error.addProperty(DESCRIPTION, "an error, as RFC 9457 has it");
        error.add("content", of("application/problem+json", of("schema", reference)));
        JsonObject responses = new JsonObject();
        responses.add("200", answer);
        responses.add("default", error);
        return responses;
    }

    private static JsonObject problem() {
        return object(Problem.MEMBERS, true);
    }

    /** @param isOpen whether members may be added later: in results they may */
    private static JsonObject object(List<Field<?>> fields, boolean isOpen) {
        JsonObject object = typed(OBJECT);
        JsonObject properties = new JsonObject();
        JsonArray required = new JsonArray();
        for (Field<?> field : fields) {
            properties.add(field.name(), property(field));
            if (field.required()) {
                required.add(field.name());
            }
        }
        object.add("properties", properties);
        if (!required.isEmpty()) {
            object.add("required", required);
        }
        if (!isOpen) {
            object.addProperty("additionalProperties", false);
        }
        return object;
    }

    private static <T> JsonObject property(Field<T> field) {
        JsonObject property = schema(field.type());
        if (!field.meaning().isEmpty()) {
            String own =
                    property.has(DESCRIPTION) ? "; " + property.get(DESCRIPTION).getAsString() : "";
            property.addProperty(DESCRIPTION, field.meaning() + own);
        }
        field.otherwise()
                .map(value -> Codec.encode(field.is(value)).get(field.name()))
                .ifPresent(value -> property.add("default", value));
        return property;
    }

    private static JsonObject schema(FieldType<?> type) {
        return switch (type) {
            case FieldType.Text(int min, int max) -> bounded(typed(STRING), "minLength", min, "maxLength", max);
            case FieldType.Matched matched -> {
                JsonObject text = described(STRING, matched.words());
                text.addProperty("pattern", "^(?:" + matched.pattern().pattern() + ")$");
                yield text;
            }
            case FieldType.Choice(List<String> words, var _) -> {
                JsonObject text = typed(STRING);
                JsonArray all = new JsonArray();
                words.forEach(all::add);
                text.add("enum", all);
                yield text;
            }
            case FieldType.Whole(long min, long max, String unit) ->
                bounded(
                        unit.isEmpty() ? typed("integer") : described("integer", "in " + unit),
                        "minimum",
                        min,
                        "maximum",
                        max);
            case FieldType.Real _ -> typed("number");
            case FieldType.Truth _ -> typed("boolean");
            case FieldType.Bytes _ -> {
                JsonObject text = typed(STRING);
                text.addProperty("contentEncoding", "base64");
                yield text;
            }
            case FieldType.ListOf<?>(FieldType<?> element, int max) -> {
                JsonObject list = bounded(typed("array"), "minItems", 0, "maxItems", max);
                list.add("items", schema(element));
                yield list;
            }
            case FieldType.MapOf<?>(FieldType<?> element) -> {
                JsonObject map = typed(OBJECT);
                map.add("additionalProperties", schema(element));
                yield map;
            }
            case FieldType.Struct(List<Field<?>> fields) -> object(fields, true);
            case FieldType.Any _ -> new JsonObject();
            case FieldType.Parsed<?> parsed -> described(STRING, parsed.words());
        };
    }

    /** Bounds that are the type's own are left out. */
    private static JsonObject bounded(JsonObject schema, String least, long min, String most, long max) {
        if (min != 0 || least.equals("minimum")) {
            schema.addProperty(least, min);
        }
        if (max != Integer.MAX_VALUE && max != Long.MAX_VALUE) {
            schema.addProperty(most, max);
        }
        return schema;
    }

    private static JsonObject typed(String type) {
        JsonObject schema = new JsonObject();
        schema.addProperty(TYPE, type);
        return schema;
    }

    private static JsonObject described(String type, String words) {
        JsonObject schema = typed(type);
        schema.addProperty(DESCRIPTION, words);
        return schema;
    }

    private static JsonObject of(String name, JsonElement value) {
        JsonObject object = new JsonObject();
        object.add(name, value);
        return object;
    }

    private static JsonArray list(JsonElement one) {
        JsonArray list = new JsonArray();
        list.add(one);
        return list;
    }
}
