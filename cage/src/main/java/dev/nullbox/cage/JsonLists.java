package dev.nullbox.cage;

import com.google.gson.JsonArray;
import java.util.List;

/** Lists of strings as JSON. */
final class JsonLists {
    private JsonLists() {}

    static JsonArray of(List<String> strings) {
        JsonArray array = new JsonArray();
        strings.forEach(array::add);
        return array;
    }
}
