package dev.nullbox.nullctl.command.memory;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.nullbox.gateway.TestCertificates;
import dev.nullbox.nullctl.NullctlTestCase;
import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.rpc.RpcException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code nullctl memory}: what is asked of ctxgraph, and what people and programs see of its answers. */
class MemoryCommandsTest extends NullctlTestCase {
    private static final String WRITE = "{\"seq\":%d,\"agent\":\"a-rather-long-agent\",\"run\":%d,\"manifest\":\"%s\","
            + "\"contacts\":[\"api.example.com:443\"]}";
    private static final String ID = "ab".repeat(32);
    private static final String HEAD = "{\"key\":\"hello/plan\",\"id\":\"" + ID
            + "\",\"seq\":41,\"agent\":\"hello\",\"run\":2,\"kind\":\"value\",\"bytes\":90,\"quarantined\":false}";

    MemoryCommandsTest(TestCertificates certificates) {
        super(certificates);
    }

    private void serve(String... methodsAndAnswers) throws Exception {
        appliance().serve("ctxgraph", methodsAndAnswers);
    }

    @Test
    void getsAValueByKeyEntryOrId() throws Exception {
        String found =
                "{\"id\":\"" + ID + "\",\"key\":\"hello/plan\",\"kind\":\"value\",\"seq\":41,\"agent\":\"hello\","
                        + "\"value\":{\"say\":\"\u009b2J\\u001b\"},\"parents\":[]}";
        serve("memory.get", found, "memory.history", "{\"entries\":[" + HEAD + "]}");
        assertThat(run("memory", "get", "hello/plan")).isZero();
        assertThat(out()).isEqualTo("{\"say\":\"\\u009b2J\\u001b\"}\n");
        assertThat(run("memory", "get", "hello/plan@41", "--json")).isZero();
        assertThat(JsonParser.parseString(out())).isEqualTo(JsonParser.parseString(found));
        assertThat(run("memory", "get", ID, "--not-influenced-by", "a", "--not-influenced-by", "b"))
                .isZero();
        assertThat(asked("memory.get"))
                .containsExactly(
                        json("{\"key\":\"hello/plan\"}"),
                        json("{\"id\":\"" + ID + "\"}"),
                        json("{\"id\":\"" + ID + "\",\"not_influenced_by\":[\"a\",\"b\"]}"));
        assertThat(asked("memory.history")).containsExactly(json("{\"key\":\"hello/plan\",\"before\":42,\"max\":1}"));
        assertThat(run("memory", "get", "hello/plan@40"))
                .as("the entry before 41 is another's")
                .isEqualTo(1);
        assertThat(err()).contains("NOT_FOUND", "has no entry 40");
    }

    @Test
    void saysThatAValueIsHeldBack() throws Exception {
        appliance().serve("ctxgraph", List.of(appliance().method("memory.get", params -> {
            throw new RpcException(ErrorKind.CONFLICT, "QUARANTINED", "hello/plan is in quarantine", "key");
        })));
        assertThat(run("memory", "get", "hello/plan")).isEqualTo(1);
        assertThat(err()).contains("CONFLICT QUARANTINED", "remedy: nullctl memory quarantines");
    }

    @Test
    void putsTextAndJson() throws Exception {
        serve("memory.put", "{\"id\":\"" + ID + "\",\"seq\":42}", "memory.head", HEAD);
        type("h\u00e4\n");
        assertThat(run("memory", "put", "hello/greeting")).isZero();
        assertThat(out()).isEqualTo("hello/greeting@42 " + ID + "\n");
        type("{\"a\":[1,2.50]}\n");
        assertThat(run("memory", "put", "k/v", "--as", "json", "--expect", "none", "--parent", "hello/plan"))
                .isZero();
        assertThat(run("memory", "put", "k/v", "--as", "json", "--expect", "41"))
                .isZero();
        assertThat(run("memory", "put", "k/v", "--as", "json", "--expect", ID)).isZero();
        List<JsonObject> asked = asked("memory.put");
        assertThat(asked.get(0)).isEqualTo(json("{\"key\":\"hello/greeting\",\"value\":\"h\u00e4\"}"));
        assertThat(asked.get(1).get("value")).isEqualTo(json("{\"a\":[1,2.50]}"));
        assertThat(asked.get(1).get("parents").toString()).isEqualTo("[\"" + ID + "\"]");
        assertThat(asked.stream().skip(1).map(params -> params.get("expect")))
                .containsExactly(JsonNull.INSTANCE, new JsonPrimitive(41), new JsonPrimitive(ID));
    }

    @Test
    void refusesValuesThatCannotBePut() {
        type("{");
        assertThat(run("memory", "put", "k/v", "--as", "json")).isEqualTo(2);
        type(new byte[] {(byte) 0xff});
        assertThat(run("memory", "put", "k/v")).isEqualTo(2);
        assertThat(err()).contains("no UTF-8", "--as blob");
        type(new byte[(1 << 20) + 1]);
        assertThat(run("memory", "put", "k/v")).isEqualTo(2);
        assertThat(run("memory", "put", "k/v", "--as", "blob")).isEqualTo(2);
        assertThat(run("memory", "put", "k/v", "--type", "text/plain")).isEqualTo(2);
        assertThat(appliance().asked()).isEmpty();
        type("\"".repeat(1 << 19));
        assertThat(run("memory", "put", "k/v"))
                .as("longer than a message once escaped")
                .isEqualTo(1);
        assertThat(err()).contains("REQUEST_TOO_LARGE");
        assertThat(appliance().asked()).isEmpty();
    }

    @Test
    void listsByPages() throws Exception {
        appliance().serve("ctxgraph", List.of(appliance().method("memory.list", params -> page(params, 2500))));
        assertThat(run("memory", "list", "hello/", "-n", "0", "--json")).isZero();
        assertThat(JsonParser.parseString(out()).getAsJsonArray()).hasSize(2500);
        assertThat(err()).isEmpty();
        assertThat(asked("memory.list")).hasSize(3).first().isEqualTo(json("{\"prefix\":\"hello/\",\"max\":1000}"));
        assertThat(run("memory", "list", "-n", "3")).isZero();
        assertThat(out().lines())
                .hasSize(4)
                .first()
                .asString()
                .startsWith("KEY")
                .endsWith("NODE");
        assertThat(out()).contains("k/2  3    value  a      7      false        abababababab");
        assertThat(err()).contains("there are more: -n N");
        assertThat(run("memory", "list", "-n", "-1")).isEqualTo(2);
    }

    private static JsonElement page(JsonObject params, int all) {
        int from = params.has("after")
                ? Integer.parseInt(params.get("after").getAsString().substring(2)) + 1
                : 0;
        int to = Math.min(all, from + params.get("max").getAsInt());
        JsonArray entries = new JsonArray();
        for (int i = from; i < to; i++) {
            entries.add(json("{\"key\":\"k/" + i + "\",\"id\":\"" + ID + "\",\"seq\":" + (i + 1)
                    + ",\"agent\":\"a\",\"run\":0,\"kind\":\"value\",\"bytes\":7,\"quarantined\":false}"));
        }
        JsonObject page = new JsonObject();
        page.add("entries", entries);
        if (to < all) {
            page.addProperty("next", "k/" + (to - 1));
        }
        return page;
    }

    @Test
    void showsHistorySearchAndTraceIn80Columns() throws Exception {
        String node = "{\"id\":\"" + ID + "\",\"key\":\"a-rather-long-agent/notes/of-the-year/2026-11-22\",\"kind\":"
                + "\"value\",\"seq\":123456,\"agent\":\"a-rather-long-agent\",\"run\":12,\"manifest\":\"\",\"parents\":[],"
                + "\"writes\":[" + WRITE.formatted(0, 3, "0123456789abcdef") + "," + WRITE.formatted(123456, 12, "")
                + "],"
                + "\"reads\":[],\"contacts\":[\"api.example.com:443\",\"10.0.0.1:80\"],\"quarantined\":true}";
        serve(
                "memory.history",
                "{\"entries\":[" + HEAD + "],\"next\":41}",
                "memory.search",
                "{\"hits\":[{\"key\":\"k/v\",\"id\":\"" + ID + "\",\"seq\":1,\"score\":1.23456,\"snippet\":\""
                        + "word ".repeat(30) + "\\u001b[31m\"}]}",
                "memory.head",
                HEAD,
                "memory.trace",
                "{\"nodes\":[" + node + "],\"complete\":false}");
        assertThat(run("memory", "history", "hello/plan", "-n", "1")).isZero();
        assertThat(out()).contains("41   value  hello  2    90     false        abababababab");
        assertThat(run("memory", "search", "word", "--prefix", "k/")).isZero();
        assertThat(out()).contains("1.235").doesNotContain("\u001b");
        assertThat(out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        assertThat(asked("memory.search")).containsExactly(json("{\"text\":\"word\",\"prefix\":\"k/\",\"max\":20}"));
        assertThat(run("memory", "trace", "hello/plan", "--descendants")).isZero();
        assertThat(out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        assertThat(out()).contains(" 01234567 ").doesNotContain("012345678");
        assertThat(err()).contains("there are more");
        assertThat(asked("memory.trace"))
                .containsExactly(json("{\"id\":\"" + ID + "\",\"direction\":\"descendants\",\"max\":100}"));
        for (String[] words : new String[][] {
            {"memory", "history", "k/v", "--json"},
            {"memory", "search", "x", "--json"},
            {"memory", "trace", ID, "--json"}
        }) {
            assertThat(run(words)).isZero();
            assertThat(JsonParser.parseString(out()).toString())
                    .as("whole ids for programs")
                    .contains(ID);
        }
    }

    @Test
    void quarantinesReleasesAndRewinds() throws Exception {
        serve(
                "memory.quarantine",
                "{\"quarantine\":3,\"nodes\":17}",
                "memory.quarantines",
                "{\"quarantines\":[{\"quarantine\":3,\"influenced_by\":\"scraper\",\"reason\":\"case 12\",\"seq\":50,"
                        + "\"nodes\":17}]}",
                "memory.release",
                "{\"nodes\":17}",
                "memory.rewind",
                "{\"id\":\"" + ID + "\",\"seq\":60}",
                "memory.delete",
                "{\"id\":\"" + ID + "\",\"seq\":61}",
                "memory.head",
                HEAD);
        assertThat(run("memory", "quarantine")).isEqualTo(2);
        assertThat(run("memory", "quarantine", "--influenced-by", "scraper", "--reason", "case 12"))
                .isZero();
        assertThat(out()).contains("quarantine 3: 17 nodes are quarantined", "nullctl memory release 3");
        assertThat(run("memory", "quarantine", "--influenced-by", "hello/plan")).isZero();
        assertThat(asked("memory.quarantine"))
                .containsExactly(
                        json("{\"influenced_by\":\"scraper\",\"reason\":\"case 12\"}"),
                        json("{\"influenced_by\":\"" + ID + "\"}"));
        assertThat(run("memory", "quarantines")).isZero();
        assertThat(out()).contains("QUARANTINE  INFLUENCED BY", "scraper", "case 12");
        assertThat(run("memory", "release", "3")).isZero();
        assertThat(run("memory", "release", "three")).isEqualTo(2);
        assertThat(run("memory", "rewind", "hello/plan", "--to", "41")).isZero();
        assertThat(out()).contains("hello/plan@60 has the value of @41 again");
        assertThat(run("memory", "delete", "hello/plan")).isZero();
        assertThat(out()).contains("deleted by entry 61");
        assertThat(asked("memory.rewind")).containsExactly(json("{\"key\":\"hello/plan\",\"to\":41}"));
    }

    @Test
    void saysHowMemoryIs() throws Exception {
        String status = "{\"nodes\":9,\"keys\":4,\"seq\":12,\"bytes\":4096,\"usage\":{\"hello\":900,\"_operator\":20},"
                + "\"check\":\"done\",\"damaged\":[]}";
        serve("memory.status", status);
        assertThat(run("memory", "status")).isZero();
        assertThat(out()).contains("nodes     9", "damaged   -", "bytes by agent\nhello      900\n operator  20");
        assertThat(run("memory", "status", "--json")).isZero();
        assertThat(out().getBytes(StandardCharsets.UTF_8))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo(status + "\n");
    }
}
