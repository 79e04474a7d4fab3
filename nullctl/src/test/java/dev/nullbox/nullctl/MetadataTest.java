package dev.nullbox.nullctl;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The image builder's list of what picocli finds by reflection, against picocli's own list in the older form. */
class MetadataTest {
    private static final String DIRECTORY = "/META-INF/native-image/";

    @Test
    void namesAllThatPicocliFindsByReflection() throws Exception {
        JsonObject ours = read("dev.nullbox/nullctl/reachability-metadata.json").getAsJsonObject();
        JsonElement generated = read("picocli-generated/dev.nullbox/nullctl/reflect-config.json");
        assertThat(members(ours.get("reflection"), "type")).isEqualTo(members(generated, "name"));
    }

    private static Set<String> members(JsonElement list, String nameMember) {
        Set<String> members = new TreeSet<>();
        for (JsonElement element : list.getAsJsonArray()) {
            JsonObject type = element.getAsJsonObject();
            String name = type.get(nameMember).getAsString();
            members.add(name);
            if (type.has("fields")) {
                type.getAsJsonArray("fields")
                        .forEach(field -> members.add(
                                name + "." + field.getAsJsonObject().get("name").getAsString()));
            }
        }
        return members;
    }

    private static JsonElement read(String name) throws Exception {
        try (InputStreamReader reader = new InputStreamReader(
                Objects.requireNonNull(NullctlMain.class.getResourceAsStream(DIRECTORY + name), name),
                StandardCharsets.UTF_8)) {
            return JsonParser.parseReader(reader);
        }
    }
}
