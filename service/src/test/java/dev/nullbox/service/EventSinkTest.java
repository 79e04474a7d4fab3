package dev.nullbox.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.protocol.Event;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.rpc.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventSinkTest {
    private static final Field<String> TEXT = Field.of("text", FieldType.TEXT, "");
    private static final Field<Long> NUMBER = Field.of("number", FieldType.COUNT, "");
    private static final Field<Boolean> TRUTH = Field.of("truth", FieldType.TRUTH, "");
    private static final Event EMPTY = new Event("c", List.of(), "");

    @Test
    void writesOneLineAnEvent() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        EventSink sink = new EventSink(out);
        Event event = new Event("a.b", List.of(TEXT, NUMBER, TRUTH), "");
        sink.emit(event, TRUTH.is(true), TEXT.is("x\ny"), NUMBER.is(3L));
        sink.emit(EMPTY);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("""
                {"event":"a.b","number":3,"text":"x\\ny","truth":true}
                {"event":"c"}
                """);
    }

    @Test
    void countsWhatCannotBeWritten() {
        EventSink sink = new EventSink(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("broken pipe");
            }
        });
        sink.emit(EMPTY);
        sink.emit(EMPTY);
        assertThat(sink.dropped()).isEqualTo(2);
    }

    @Test
    void keepsLinesWholeUnderManyThreads() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        EventSink sink = new EventSink(out);
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 500; i++) {
                    sink.emit(new Event("e", List.of(TEXT), ""), TEXT.is("x".repeat(i)));
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines).hasSize(2_000);
        for (String line : lines) {
            assertThat(Json.parse(line).isJsonObject()).isTrue();
        }
    }

    @Test
    void writesAnEventOfTheProtocolWithItsOwnFieldsAlone() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        EventSink sink = new EventSink(out);
        sink.emit(AgentContract.STARTED, Fields.RUN.is(2L), Fields.AGENT.is("ada"), Fields.PID.is(7L));
        assertThat(out).hasToString("{\"event\":\"agent.started\",\"agent\":\"ada\",\"pid\":7,\"run\":2}\n");
        assertThatThrownBy(() -> sink.emit(AgentContract.STARTED, Fields.WHY.is("x")))
                .hasMessage("agent.started has no field why");
    }
}
