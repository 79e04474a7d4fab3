package dev.nullbox.cage.jail;

import com.google.gson.JsonArray;
import java.util.List;

/** Lists of strings as JSON. */
public final class JsonLists {
    private JsonLists() {}

    public static JsonArray of(List<String> strings) {
        JsonArray array = new JsonArray();
        strings.forEach(array::add);
        return array;
    }
}
