package dev.nullbox.ctxgraph.store;

import com.google.gson.stream.JsonReader;
import dev.nullbox.ctxgraph.memory.Node;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.RpcException;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Searchable words of values and of queries. */
final class SearchText {
    /** Searchable characters of a value. */
    static final int MAX_CHARS = 64 * 1024;

    private static final int MAX_WORDS = 32;

    private SearchText() {}

    /**
     * The searchable text of a node: the scalars of its value and the names of members, a line each; nothing of a blob
     * or a tombstone. No tree is made: a search passes over the texts of many nodes.
     *
     * @param canonical the node's encoding
     */
    static String of(byte[] canonical) {
        Reader utf8 = new InputStreamReader(new ByteArrayInputStream(canonical), StandardCharsets.UTF_8);
        try (JsonReader node = new JsonReader(utf8)) {
            StringBuilder text = new StringBuilder();
            boolean isValue = false;
            node.beginObject();
            // Members are in canonical order: the kind comes before the value.
            while (text.isEmpty() && node.hasNext()) {
                String member = node.nextName();
                if (member.equals(MemoryContract.KIND.name())) {
                    isValue = node.nextString().equals(Node.Kind.VALUE.text());
                } else if (member.equals(MemoryContract.VALUE.name()) && isValue) {
                    append(text, node);
                } else {
                    node.skipValue();
                }
            }
            return text.length() <= MAX_CHARS ? text.toString() : text.substring(0, MAX_CHARS);
        } catch (IOException e) {
            throw new IllegalArgumentException("not a node: " + e.getMessage(), e);
        }
    }

    /** Appends text until the value ends, or until there is enough. */
    private static void append(StringBuilder text, JsonReader value) throws IOException {
        int depth = 0;
        do {
            switch (value.peek()) {
                case BEGIN_OBJECT -> {
                    value.beginObject();
                    depth++;
                }
                case BEGIN_ARRAY -> {
                    value.beginArray();
                    depth++;
                }
                case END_OBJECT -> {
                    value.endObject();
                    depth--;
                }
                case END_ARRAY -> {
                    value.endArray();
                    depth--;
                }
                case NAME -> line(text, value.nextName());
                case STRING, NUMBER -> line(text, value.nextString());
                case BOOLEAN -> line(text, String.valueOf(value.nextBoolean()));
                case NULL -> value.nextNull();
                case END_DOCUMENT -> throw new EOFException("the value has no end");
            }
        } while (depth > 0 && text.length() <= MAX_CHARS);
    }

    private static void line(StringBuilder text, String line) {
        text.append(text.isEmpty() ? "" : "\n").append(line);
    }

    /**
     * Translates an operator's or agent's query for FTS5: words and phrases that must all occur; nothing in it acts as
     * an FTS5 operator.
     *
     * @throws RpcException INVALID_PARAMS, QUERY when there is no word in it, or too many
     */
    static String match(String query) throws RpcException {
        List<String> words = words(query);
        if (words.isEmpty() || words.size() > MAX_WORDS) {
            throw new RpcException(
                    MemoryReason.QUERY,
                    "text: 1 to " + MAX_WORDS + " words, with a letter or digit in each",
                    MemoryContract.QUERY.name());
        }
        return String.join(" AND ", words);
    }

    private static List<String> words(String query) {
        List<String> words = new ArrayList<>();
        int at = 0;
        while (at < query.length()) {
            char c = query.charAt(at);
            int end;
            if (c == '"') {
                end = query.indexOf('"', at + 1);
                end = end < 0 ? query.length() : end;
                add(words, query.substring(at + 1, end), "");
                at = end + 1;
            } else if (Character.isWhitespace(c)) {
                at++;
            } else {
                end = at;
                while (end < query.length() && !Character.isWhitespace(query.charAt(end)) && query.charAt(end) != '"') {
                    end++;
                }
                boolean prefix = query.charAt(end - 1) == '*';
                add(words, query.substring(at, prefix ? end - 1 : end), prefix ? " *" : "");
                at = end;
            }
        }
        return words;
    }

    private static void add(List<String> words, String word, String suffix) {
        if (word.codePoints().anyMatch(Character::isLetterOrDigit)) {
            // A NUL would end the query's text inside SQLite.
            words.add('"' + word.replace('\0', ' ') + '"' + suffix);
        }
    }
}
