package dev.nullbox.nullctl.command;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.nullbox.nullctl.terminal.CellFormat;
import dev.nullbox.nullctl.terminal.Table;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.protocol.api.StatsContract;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;

/**
 * Table of what agents use. The processor's part is a difference of two answers: of the processor time in the time between,
 * in percent of one processor.
 */
final class UsageTable {
    private static final Field<String> PROCESSOR = column("cpu_%");
    private static final Field<String> MEMORY = column("mem");
    private static final Field<String> IN = column("in");
    private static final Field<String> OUT = column("out");
    private static final Field<String> TASKS = column("tasks");
    private static final double MICROS_PER_PERCENT_SECOND = 10_000;

    /** Processor time of a run at a time. */
    private record Sample(long run, long micros, long nanos) {}

    /** Row of an agent, with its part of the processor since the answer before. */
    private record Row(Message usage, Optional<Double> percent) {}

    private final Map<String, Sample> samples = new HashMap<>();
    private List<Row> rows = List.of();

    private static Field<String> column(String name) {
        return Field.of(name, FieldType.TEXT, "");
    }

    /** Takes an answer that came at a time. */
    void take(List<Message> usages, long nanos) {
        rows = usages.stream()
                .map(usage -> new Row(usage, percent(usage, nanos)))
                .toList();
    }

    private Optional<Double> percent(Message usage, long nanos) {
        String agent = usage.get(Fields.AGENT);
        Optional<Long> micros = usage.find(StatsContract.CPU);
        if (micros.isEmpty()) {
            samples.remove(agent);
            return Optional.empty();
        }
        Sample now = new Sample(usage.find(Fields.RUN).orElse(0L), micros.get(), nanos);
        Sample before = samples.put(agent, now);
        if (before == null || before.run() != now.run() || now.nanos() <= before.nanos()) {
            return Optional.empty();
        }
        double seconds = (now.nanos() - before.nanos()) / 1e9;
        return Optional.of(Math.max(0, now.micros() - before.micros()) / MICROS_PER_PERCENT_SECOND / seconds);
    }

    /** Puts those that use the most first. */
    void sortByUse() {
        rows = rows.stream()
                .sorted(Comparator.comparingDouble((Row row) -> -row.percent().orElse(0.0))
                        .thenComparingLong(
                                row -> -row.usage().find(StatsContract.MEMORY).orElse(0L))
                        .thenComparing(row -> row.usage().get(Fields.AGENT)))
                .toList();
    }

    void print(PrintWriter out) {
        JsonArray list = new JsonArray();
        rows.forEach(row -> list.add(cells(row)));
        Table.print(
                out,
                list,
                "no agents",
                Fields.AGENT,
                Fields.STATE,
                PROCESSOR,
                MEMORY,
                AgentContract.DISK,
                IN,
                OUT,
                TASKS,
                StatsContract.UP);
    }

    private static JsonObject cells(Row row) {
        Message usage = row.usage();
        JsonObject cells = new JsonObject();
        cells.addProperty(Fields.AGENT.name(), usage.get(Fields.AGENT));
        cells.addProperty(Fields.STATE.name(), usage.get(Fields.STATE));
        row.percent()
                .ifPresent(percent -> cells.addProperty(PROCESSOR.name(), String.format(Locale.ROOT, "%.1f", percent)));
        put(cells, MEMORY, usage.find(StatsContract.MEMORY), CellFormat::bytes);
        put(cells, AgentContract.DISK, usage.find(StatsContract.DISK), CellFormat::bytes);
        put(cells, IN, usage.find(StatsContract.RECEIVED), CellFormat::bytes);
        put(cells, OUT, usage.find(StatsContract.SENT), CellFormat::bytes);
        usage.find(StatsContract.TASKS).ifPresent(tasks -> cells.addProperty(TASKS.name(), tasks));
        usage.find(StatsContract.UP).ifPresent(up -> cells.addProperty(StatsContract.UP.name(), up));
        return cells;
    }

    private static void put(JsonObject cells, Field<String> column, Optional<Long> value, LongFunction<String> shown) {
        value.ifPresent(found -> cells.addProperty(column.name(), shown.apply(found)));
    }
}
