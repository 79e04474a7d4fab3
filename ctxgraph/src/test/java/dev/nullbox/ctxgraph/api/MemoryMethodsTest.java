package dev.nullbox.ctxgraph.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.ctxgraph.http.Attachments;
import dev.nullbox.ctxgraph.memory.KeyGlob;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.ctxgraph.memory.PrincipalName;
import dev.nullbox.ctxgraph.store.SqliteMemory;
import dev.nullbox.protocol.Audience;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.Methods;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.EventSink;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The methods as they look on the wire. Texts have single quotes where JSON has double ones. */
@Timeout(60)
class MemoryMethodsTest {
    @TempDir
    Path directory;

    private final ByteArrayOutputStream events = new ByteArrayOutputStream();
    private SqliteMemory memory;
    private MemoryMethods methods;

    @BeforeEach
    void open() throws Exception {
        memory = SqliteMemory.open(directory.resolve("memory.db"), System::nanoTime);
        methods = new MemoryMethods(memory, new EventSink(events));
    }

    @AfterEach
    void close() throws Exception {
        memory.close();
    }

    private static JsonObject object(String text) throws RpcException {
        return Json.parse(text.replace('\'', '"')).getAsJsonObject();
    }

    private static Principal attached(String params) throws RpcException {
        return Attachments.principal(Codec.decodeRequest(
                MemoryContract.ATTACH.request(), object("{'address':'','port':1," + params.substring(1))));
    }

    private JsonObject call(Principal principal, String method, String params) throws RpcException {
        return methods.call(principal, "memory." + method, object(params)).getAsJsonObject();
    }

    private static JsonElement json(String text) throws RpcException {
        return Json.parse(text.replace('\'', '"'));
    }

    /** What the contract has for agents, and nothing else of it. */
    @Test
    void offersAgentsWhatIsForAgents() {
        for (Method<?> method : Methods.ALL) {
            RpcException refusal = catchThrowableOfType(
                    RpcException.class,
                    () -> methods.call(attached("{'agent':'ada'}"), method.name(), object("{'-':1}")));
            assertThat(refusal.is(CallReason.NO_METHOD))
                    .as(method.name())
                    .isEqualTo(method.audience() != Audience.AGENTS);
        }
        assertThat(methods.ofOperators()).hasSize((int) Methods.ALL.stream()
                .filter(method -> method.audience() == Audience.AGENTS)
                .count());
    }

    /** The score of a word derives from the number of texts that have it, those of other agents included. */
    @Test
    void agentsGetNoScoreThatDerivesFromOthersTexts() throws Exception {
        Principal ada = attached("{'agent':'ada'}");
        call(ada, "put", "{'key':'k','value':'walrus','vector':[1,0]}");
        assertThat(hit(call(ada, "search", "{'text':'walrus'}")).keySet())
                .containsExactlyInAnyOrder("key", "id", "seq", "snippet");
        assertThat(hit(call(ada, "search", "{'vector':[1,0]}")).get("score").getAsDouble())
                .isEqualTo(1);
        assertThat(hit(call(Principal.operator(), "search", "{'text':'walrus'}"))
                        .has("score"))
                .isTrue();
    }

    private static JsonObject hit(JsonObject found) {
        return found.getAsJsonArray("hits").get(0).getAsJsonObject();
    }

    @Test
    void letsTwoAgentsShareASpaceByGrantAndKeepsAThirdOut() throws Exception {
        Principal ada = attached("{'agent':'ada','run':3,'manifest':'" + "0a".repeat(32)
                + "','read':['ada/*','team/*'],'write':['ada/*','team/*']}");
        Principal bob = attached("{'agent':'bob','read':['team/plan'],'write':[]}");
        Principal eve = attached("{'agent':'eve'}");
        JsonObject written = call(ada, "put", "{'key':'team/plan','value':{'step':1},'expect':null}");
        JsonObject read = call(bob, "get", "{'key':'team/plan'}");
        assertThat(read.get("value")).isEqualTo(json("{'step':1}"));
        assertThat(read.get("agent").getAsString()).isEqualTo("ada");
        assertThat(read.get("id")).isEqualTo(written.get("id"));
        for (String method : new String[] {"get", "head", "history"}) {
            refused(eve, "SCOPE", method, "{'key':'team/plan'}");
        }
        refused(bob, "SCOPE", "put", "{'key':'team/plan','value':2}");
        refused(bob, "SCOPE", "put", "{'key':'own','value':2}");
        refused(eve, "NOT_FOUND", "get", "{'id':'" + written.get("id").getAsString() + "'}");
        assertThat(call(eve, "list", "{}")).isEqualTo(json("{'entries':[]}"));
        assertThat(call(eve, "search", "{'text':'step'}")).isEqualTo(json("{'hits':[]}"));
        assertThat(call(eve, "watch", "{'after':0}").getAsJsonArray("entries")).isEmpty();
        JsonObject head = call(bob, "head", "{'key':'team/plan'}");
        assertThat(head.get("run").getAsLong()).isEqualTo(3);
        assertThat(call(bob, "watch", "{'prefix':'team/','after':0,'wait_ms':1}")
                        .getAsJsonArray("entries"))
                .containsExactly(head);
        assertThat(call(bob, "list", "{'prefix':'te'}").getAsJsonArray("entries"))
                .containsExactly(head);
        assertThat(events.toString(StandardCharsets.UTF_8))
                .contains("{\"event\":\"memory.write\",\"agent\":\"ada\",\"id\":")
                .contains("\"key\":\"team/plan\",\"seq\":1}");
    }

    @Test
    void putsOnConditionAndDeletes() throws Exception {
        Principal ada = attached("{'agent':'ada'}");
        String first = call(ada, "put", "{'key':'k','value':1}").get("id").getAsString();
        refused(ada, "HEAD", "put", "{'key':'k','value':2,'expect':null}");
        refused(ada, "HEAD", "put", "{'key':'k','value':2,'expect':9}");
        call(ada, "put", "{'key':'k','value':2,'expect':'" + first + "','parents':['" + first + "']}");
        assertThat(call(ada, "get", "{'key':'k'}").get("parents")).isEqualTo(json("['" + first + "']"));
        refused(ada, "INFLUENCED", "get", "{'key':'k','not_influenced_by':['" + first + "']}");
        assertThat(call(ada, "get", "{'key':'k','not_influenced_by':['bob']}")
                        .get("seq")
                        .getAsLong())
                .isEqualTo(2);
        refused(ada, "HEAD", "delete", "{'key':'k','expect':1}");
        assertThat(call(ada, "delete", "{'key':'k'}").get("seq").getAsLong()).isEqualTo(3);
        refused(ada, "NOT_FOUND", "get", "{'key':'k'}");
        JsonObject page = call(ada, "history", "{'key':'k','max':2}");
        assertThat(page.getAsJsonArray("entries")).hasSize(2);
        assertThat(page.get("next").getAsLong()).isEqualTo(2);
        assertThat(call(ada, "history", "{'key':'k','before':2}").has("next")).isFalse();
    }

    @Test
    void takesABlobInChunks() throws Exception {
        Principal ada = attached("{'agent':'ada'}");
        JsonObject chunk = call(ada, "chunk.put", "{'data':'YWJj'}");
        assertThat(chunk)
                .isEqualTo(
                        json("{'chunk':'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad','bytes':3}"));
        String id = chunk.get("chunk").getAsString();
        JsonObject written =
                call(ada, "put", "{'key':'film','blob':{'chunks':['" + id + "','" + id + "'],'type':'text/plain'}}");
        // The same as in docs/memory.md.
        assertThat(call(ada, "get", "{'key':'film'}").get("value"))
                .isEqualTo(json("{'chunks':['" + id + "','" + id + "'],'size':6,'type':'text/plain'}"));
        assertThat(call(ada, "chunk.get", "{'id':'" + written.get("id").getAsString() + "','index':1}"))
                .isEqualTo(json("{'data':'YWJj','chunks':2,'size':6}"));
        refused(ada, "CHUNK", "put", "{'key':'film','blob':{'chunks':[]}}");
        refused(ada, "CHUNK", "chunk.put", "{'data':''}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "put; {\"key\":\"k\"}; MISSING",
                "put; {\"key\":\"/k\",\"value\":1}; SYNTAX",
                "put; {\"key\":\"k\",\"value\":1,\"x\":1}; UNKNOWN",
                "put; {\"key\":\"k\",\"value\":9007199254740993}; NUMBER",
                "put; {\"key\":\"k\",\"value\":1,\"parents\":[\"z\"]}; SYNTAX",
                "put; {\"key\":\"k\",\"value\":1,\"vector\":[]}; WRONG_TYPE",
                "put; {\"key\":\"k\",\"value\":1,\"vector\":[0,0]}; VECTOR",
                "put; {\"key\":\"k\",\"value\":1,\"vector\":[1e99]}; VECTOR",
                "put; {\"key\":\"k\",\"value\":1,\"expect\":\"x\"}; SYNTAX",
                "put; {\"key\":\"k\",\"value\":1,\"expect\":true}; WRONG_TYPE",
                "get; {}; KEY_OR_ID",
                "get; {\"id\":\"x\"}; SYNTAX",
                "get; {\"key\":\"k\",\"not_influenced_by\":[\"a b\"]}; SYNTAX",
                "list; {\"max\":0}; OUT_OF_RANGE",
                "search; {}; QUERY",
                "search; {\"text\":\"***\"}; QUERY",
                "watch; {}; MISSING",
                "trace; {}; NO_METHOD",
                "attach; {}; NO_METHOD",
            })
    void namesWhatIsWrong(String method, String params, String detail) throws Exception {
        refused(attached("{'agent':'ada'}"), detail, method, params);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{\"agent\":\"_operator\"}; agent",
                "{\"agent\":\"a\",\"manifest\":\"x\"}; manifest",
                "{\"agent\":\"a\",\"read\":[\"a/*\",\"*/b\"]}; read[1]",
                "{\"agent\":\"a\",\"write\":[\"a//*\"]}; write[0]",
                "{\"agent\":\"a\",\"max_mb\":-1}; max_mb",
                "{\"agent\":\"a\",\"max_writes_per_minute\":1.5}; max_writes_per_minute",
            })
    void refusesAnAttachmentThatMakesNoSense(String params, String field) {
        RpcException refusal = catchThrowableOfType(RpcException.class, () -> attached(params));
        assertThat(refusal.field()).hasValue(field);
    }

    @Test
    void writesAnAttachmentDownAsItWasRead() throws Exception {
        JsonObject params = object("{'agent':'ada','address':'','port':1,'run':3,'manifest':'" + "0a".repeat(32)
                + "','read':['ada/*'],'write':['ada/x'],'max_mb':7,'max_writes_per_minute':9}");
        Message read = Codec.decodeRequest(MemoryContract.ATTACH.request(), params);
        assertThat(Codec.encode(read)).isEqualTo(params);
        List<KeyGlob> write = List.of(new KeyGlob("ada/x"));
        assertThat(Attachments.principal(read))
                .isEqualTo(new Principal(
                        new PrincipalName("ada"),
                        3,
                        "0a".repeat(32),
                        Principal.ownSpace(new PrincipalName("ada")),
                        write,
                        7 << 20,
                        9,
                        List.of()));
        assertThat(attached("{'agent':'ada'}")).isEqualTo(Principal.ofName(new PrincipalName("ada")));
    }

    private void refused(Principal principal, String detail, String method, String params) {
        RpcException refusal = catchThrowableOfType(RpcException.class, () -> call(principal, method, params));
        assertThat(refusal).as(method + " " + params).isNotNull();
        assertThat(refusal.detail()).as(refusal.getMessage()).isEqualTo(detail);
    }
}
