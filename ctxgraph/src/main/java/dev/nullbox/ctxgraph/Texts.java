package dev.nullbox.ctxgraph;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.nullbox.rpc.RpcException;
import java.util.ArrayList;
import java.util.List;

/** The words that are searched: of values and of queries. */
final class Texts {
    /** Characters of a value that are searched. */
    static final int MAX_CHARS = 64 * 1024;

    private static final int MAX_WORDS = 32;

    private Texts() {}

    /** The strings and numbers of a value, names of members included, a line each. */
    static String of(JsonElement value) {
        StringBuilder text = new StringBuilder();
        append(text, value);
        return text.length() <= MAX_CHARS ? text.toString() : text.substring(0, MAX_CHARS);
    }

    private static void append(StringBuilder text, JsonElement value) {
        if (text.length() > MAX_CHARS) {
            return;
        }
        if (value instanceof JsonPrimitive primitive) {
            text.append(text.isEmpty() ? "" : "\n").append(primitive.getAsString());
        } else if (value instanceof JsonArray array) {
            array.forEach(element -> append(text, element));
        } else if (value instanceof JsonObject object) {
            object.entrySet().forEach(member -> {
                text.append(text.isEmpty() ? "" : "\n").append(member.getKey());
                append(text, member.getValue());
            });
        }
    }

    /**
     * A query for people as one for FTS5: words and phrases that must all occur; nothing in it is an operator.
     *
     * @throws RpcException INVALID_PARAMS, QUERY when there is no word in it, or too many
     */
    static String match(String query) throws RpcException {
        List<String> words = words(query);
        if (words.isEmpty() || words.size() > MAX_WORDS) {
            throw Prepared.invalid(
                    "QUERY", "text: 1 to " + MAX_WORDS + " words, with a letter or digit in each", "text");
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
            // A zero would end the query's text inside SQLite.
            words.add('"' + word.replace('\0', ' ') + '"' + suffix);
        }
    }
}
