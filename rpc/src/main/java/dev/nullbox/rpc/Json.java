package dev.nullbox.rpc;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.ErrorKind;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Parser and writer of JSON text, stricter than RFC 8259: no duplicate names (as RFC 7493), no unpaired surrogates,
 * no byte order mark, at most {@link #MAX_DEPTH} levels and {@link #MAX_VALUES} values, numbers of at most
 * {@link #MAX_NUMBER_LENGTH} characters.
 *
 * <p>Numbers become {@code Long} when the literal is an integer of up to 18 digits and {@code BigDecimal} otherwise, so
 * nothing is rounded on the way in.
 */
public final class Json {
    /** Bound of nested arrays and objects. */
    public static final int MAX_DEPTH = 64;

    /**
     * Values in one text, containers included: a megabyte of {@code {},{},...} would take forty times that as a tree, and
     * the services have small heaps.
     */
    public static final int MAX_VALUES = 1 << 16;

    /** Characters of one number. */
    public static final int MAX_NUMBER_LENGTH = 256;

    private static final int LONG_DIGITS = 18;
    private static final int SHOWN_PATH = 100;

    private final JsonReader reader;
    private int values;

    private Json(JsonReader reader) {
        this.reader = reader;
    }

    /**
     * The tree of one UTF-8 text.
     *
     * @throws RpcException with {@link ErrorKind#PARSE} when the bytes are not UTF-8 or not strict JSON
     */
    public static JsonElement parse(byte[] utf8) throws RpcException {
        try {
            return parse(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString());
        } catch (CharacterCodingException e) {
            throw malformed("the text is not UTF-8");
        }
    }

    /**
     * The tree of one text.
     *
     * @throws RpcException with {@link ErrorKind#PARSE} when the text is not strict JSON
     */
    public static JsonElement parse(String text) throws RpcException {
        if (text.startsWith("\ufeff")) {
            throw malformed("the text begins with a byte order mark");
        }
        JsonReader reader = new JsonReader(new StringReader(text));
        reader.setStrictness(Strictness.STRICT);
        try {
            JsonElement tree = new Json(reader).read(0);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw malformed("there is more after the JSON value");
            }
            return tree;
        } catch (IOException | NumberFormatException e) {
            throw malformed("the text is not JSON (RFC 8259), near " + path(reader));
        }
    }

    /** The tree as one line of text; line feeds in strings are escaped. */
    public static String write(JsonElement tree) {
        StringWriter text = new StringWriter();
        try (JsonWriter writer = new JsonWriter(text)) {
            writer.setStrictness(Strictness.STRICT);
            write(writer, tree);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /** The tree as one line of UTF-8. */
    public static byte[] bytes(JsonElement tree) {
        return write(tree).getBytes(StandardCharsets.UTF_8);
    }

    private JsonElement read(int depth) throws IOException, RpcException {
        if (++values > MAX_VALUES) {
            throw malformed("more than " + MAX_VALUES + " values in one text");
        }
        return switch (reader.peek()) {
            case BEGIN_OBJECT -> readObject(deeper(depth));
            case BEGIN_ARRAY -> readArray(deeper(depth));
            case STRING -> new JsonPrimitive(paired(reader.nextString()));
            case NUMBER -> new JsonPrimitive(number(reader.nextString()));
            case BOOLEAN -> new JsonPrimitive(reader.nextBoolean());
            case NULL -> {
                reader.nextNull();
                yield JsonNull.INSTANCE;
            }
            case NAME, END_ARRAY, END_OBJECT, END_DOCUMENT -> throw malformed("a JSON value is missing");
        };
    }

    private JsonObject readObject(int depth) throws IOException, RpcException {
        JsonObject object = new JsonObject();
        reader.beginObject();
        while (reader.hasNext()) {
            String name = paired(reader.nextName());
            if (object.has(name)) {
                throw malformed("the name occurs twice in one object: " + path(reader));
            }
            object.add(name, read(depth));
        }
        reader.endObject();
        return object;
    }

    private JsonArray readArray(int depth) throws IOException, RpcException {
        JsonArray array = new JsonArray();
        reader.beginArray();
        while (reader.hasNext()) {
            array.add(read(depth));
        }
        reader.endArray();
        return array;
    }

    private int deeper(int depth) throws RpcException {
        if (depth == MAX_DEPTH) {
            throw malformed("more than " + MAX_DEPTH + " levels of arrays and objects, at " + path(reader));
        }
        return depth + 1;
    }

    private Number number(String literal) throws RpcException {
        if (literal.length() > MAX_NUMBER_LENGTH) {
            throw malformed("a number of more than " + MAX_NUMBER_LENGTH + " characters, at " + path(reader));
        }
        boolean integral = literal.chars().allMatch(c -> c == '-' || (c >= '0' && c <= '9'));
        if (integral && literal.length() <= LONG_DIGITS) {
            return Long.valueOf(literal);
        }
        return new BigDecimal(literal);
    }

    private String paired(String text) throws RpcException {
        // codePoints() joins pairs, so a code point left in the surrogates' range is unpaired.
        if (text.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
            throw malformed("an unpaired surrogate in a string, at " + path(reader));
        }
        return text;
    }

    private static void write(JsonWriter writer, JsonElement tree) throws IOException {
        if (tree instanceof JsonObject object) {
            writer.beginObject();
            for (Map.Entry<String, JsonElement> member : object.entrySet()) {
                writer.name(member.getKey());
                write(writer, member.getValue());
            }
            writer.endObject();
        } else if (tree instanceof JsonArray array) {
            writer.beginArray();
            for (JsonElement element : array) {
                write(writer, element);
            }
            writer.endArray();
        } else if (tree instanceof JsonPrimitive primitive) {
            writePrimitive(writer, primitive);
        } else {
            writer.nullValue();
        }
    }

    private static void writePrimitive(JsonWriter writer, JsonPrimitive primitive) throws IOException {
        if (primitive.isString()) {
            writer.value(primitive.getAsString());
        } else if (primitive.isBoolean()) {
            writer.value(primitive.getAsBoolean());
        } else {
            writer.value(primitive.getAsNumber());
        }
    }

    private static String path(JsonReader reader) {
        String path = reader.getPath();
        return path.length() <= SHOWN_PATH ? path : path.substring(0, SHOWN_PATH) + "...";
    }

    private static RpcException malformed(String message) {
        return new RpcException(CallReason.JSON, message);
    }
}
