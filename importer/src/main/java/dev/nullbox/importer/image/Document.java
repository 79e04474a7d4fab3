package dev.nullbox.importer.image;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.nullbox.archive.ArchiveException;
import dev.nullbox.protocol.importer.ImportReason;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * JSON object of an image, with its location for messages. Absent members and members that are null are the same.
 *
 * @param place as {@code index.json: manifests[1]}
 */
record Document(JsonObject json, String place) {
    /** Parses a text. */
    static JsonElement parse(byte[] utf8, String place) throws ArchiveException {
        try {
            return Json.parse(utf8);
        } catch (RpcException e) {
            throw malformed(place, String.valueOf(e.getMessage()));
        }
    }

    static Document object(JsonElement element, String place) throws ArchiveException {
        if (element instanceof JsonObject object) {
            return new Document(object, place);
        }
        throw malformed(place, "must be an object");
    }

    boolean has(String member) {
        return json.has(member) && !(json.get(member) instanceof JsonNull);
    }

    private String placeOf(String member) {
        return place + (place.endsWith(": ") ? "" : ": ") + member;
    }

    Optional<String> text(String member) throws ArchiveException {
        return has(member) ? Optional.of(text(json.get(member), placeOf(member))) : Optional.empty();
    }

    String needed(String member) throws ArchiveException {
        return text(member).orElseThrow(() -> malformed(placeOf(member), "is missing"));
    }

    long size() throws ArchiveException {
        if (json.get("size") instanceof JsonPrimitive primitive && primitive.isNumber()) {
            try {
                long size = new BigDecimal(primitive.getAsString()).longValueExact();
                if (size >= 0) {
                    return size;
                }
            } catch (ArithmeticException e) {
                throw malformed(placeOf("size"), "must be a whole number of bytes");
            }
        }
        throw malformed(placeOf("size"), "must be a number of bytes");
    }

    /** A member object; absent for none. */
    Optional<Document> child(String member) throws ArchiveException {
        return has(member) ? Optional.of(object(json.get(member), placeOf(member))) : Optional.empty();
    }

    /** A member list of objects; empty for none. */
    List<Document> children(String member) throws ArchiveException {
        List<Document> children = new ArrayList<>();
        if (has(member)) {
            for (JsonElement element : array(json.get(member), placeOf(member))) {
                children.add(object(element, placeOf(member) + "[" + children.size() + "]"));
            }
        }
        return children;
    }

    /** A member list of strings; empty for none. */
    List<String> texts(String member) throws ArchiveException {
        List<String> texts = new ArrayList<>();
        if (has(member)) {
            for (JsonElement element : array(json.get(member), placeOf(member))) {
                texts.add(text(element, placeOf(member) + "[" + texts.size() + "]"));
            }
        }
        return texts;
    }

    static JsonArray array(JsonElement element, String place) throws ArchiveException {
        if (element instanceof JsonArray array) {
            return array;
        }
        throw malformed(place, "must be a list");
    }

    private static String text(JsonElement element, String place) throws ArchiveException {
        if (element instanceof JsonPrimitive primitive && primitive.isString()) {
            String text = primitive.getAsString();
            if (text.indexOf('\0') < 0) {
                return text;
            }
            throw malformed(place, "must be text without NUL");
        }
        throw malformed(place, "must be text");
    }

    static ArchiveException malformed(String place, String what) {
        return new ArchiveException(ImportReason.IMPORT_FORMAT, place + ": " + what);
    }
}
