package dev.nullbox.nullctl.command.memory;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;

/** Agents' names and nodes' ids that a question is about. */
final class Sources {
    private Sources() {}

    static void add(JsonObject params, String name, List<String> sources) {
        if (!sources.isEmpty()) {
            JsonArray list = new JsonArray();
            sources.forEach(list::add);
            params.add(name, list);
        }
    }
}
