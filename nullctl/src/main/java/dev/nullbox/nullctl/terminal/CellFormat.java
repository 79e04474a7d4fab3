package dev.nullbox.nullctl.terminal;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.protocol.api.DeployContract;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.NulldContract;
import dev.nullbox.protocol.api.VaultContract;
import dev.nullbox.protocol.importer.ImportProtocol;
import dev.nullbox.service.TerminalText;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Format of a JSON value as one word or phrase. */
public final class CellFormat {
    /** Members in seconds since 1970. */
    private static final Set<String> TIMES =
            names(VaultContract.CREATED, VaultContract.SINCE, VaultContract.UNTIL, VaultContract.TIME);

    /** Members in milliseconds since 1970. */
    private static final Set<String> MILLIS =
            names(DeployContract.ADDED, AgentContract.BEGUN_AT, AgentContract.ENDED_AT);

    /** Members in bytes, shown in larger units. */
    private static final Set<String> SIZES = names(
            DeployContract.DISK_BYTES,
            DeployContract.PROMISED,
            DeployContract.IMAGE_BYTES,
            DeployContract.ROOM,
            DeployContract.FREE,
            NulldContract.SIZE,
            ImportProtocol.FILE_BYTES);

    private static final List<String> UNITS = List.of("KiB", "MiB", "GiB", "TiB", "PiB", "EiB");
    private static final long YEAR_10000 = 253_402_300_800L;

    private CellFormat() {}

    /** Names of fields. */
    public static Set<String> names(Field<?>... fields) {
        return Arrays.stream(fields).map(Field::name).collect(Collectors.toUnmodifiableSet());
    }

    /** A member of an object; {@code -} where there is none. */
    public static String of(JsonElement object, Field<?> field) {
        return of(field.name(), object instanceof JsonObject members ? members.get(field.name()) : null);
    }

    /** The member's value; {@code -} where there is none. */
    public static String of(String member, @Nullable JsonElement value) {
        return switch (value) {
            case JsonArray array -> {
                StringJoiner joined = new StringJoiner(", ");
                array.forEach(element -> joined.add(of(member, element)));
                yield array.isEmpty() ? "-" : joined.toString();
            }
            case JsonObject object -> {
                StringJoiner joined = new StringJoiner(" ");
                object.entrySet().forEach(e -> joined.add(of(e.getKey(), e.getValue())));
                yield object.isEmpty() ? "-" : joined.toString();
            }
            case JsonPrimitive primitive when primitive.isNumber() -> number(member, primitive);
            case JsonPrimitive primitive -> {
                String text = TerminalText.line(primitive.getAsString());
                yield text.isEmpty() ? "-" : text;
            }
            case null, default -> "-";
        };
    }

    /** All members but some as {@code name=value}, each after a blank. */
    public static String fields(JsonObject record, Set<String> without) {
        StringBuilder fields = new StringBuilder();
        for (Map.Entry<String, JsonElement> field : record.entrySet()) {
            if (!without.contains(field.getKey())) {
                fields.append(' ').append(TerminalText.line(field.getKey())).append('=');
                fields.append(of(field.getKey(), field.getValue()));
            }
        }
        return fields.toString();
    }

    private static String number(String member, JsonPrimitive number) {
        long whole = number.getAsLong();
        if (member.endsWith("_s") && whole >= 0) {
            return duration(whole);
        }
        if (TIMES.contains(member) && whole >= 0 && whole < YEAR_10000) {
            return Instant.ofEpochSecond(whole).toString();
        }
        if (MILLIS.contains(member) && whole >= 0 && whole / 1000 < YEAR_10000) {
            return Instant.ofEpochSecond(whole / 1000).toString();
        }
        if (SIZES.contains(member) && whole >= 0) {
            return bytes(whole);
        }
        if (member.equals(MemoryContract.SCORE.name())) {
            return String.valueOf(Math.round(number.getAsDouble() * 1000) / 1000.0);
        }
        return TerminalText.line(number.getAsString());
    }

    /** A number of bytes as {@code 512 bytes}, {@code 1.5 GiB}: in the largest unit of which there is one. */
    public static String bytes(long bytes) {
        if (bytes < 1024) {
            return bytes + (bytes == 1 ? " byte" : " bytes");
        }
        int unit = (63 - Long.numberOfLeadingZeros(bytes)) / 10 - 1;
        double value = bytes / Math.pow(1024, unit + 1);
        return String.format(Locale.ROOT, "%.1f %s", value, UNITS.get(unit));
    }

    /** Seconds as {@code 3d 4h}, {@code 5m 6s}: the two largest units. */
    static String duration(long seconds) {
        if (seconds >= 86_400) {
            return seconds / 86_400 + "d " + seconds % 86_400 / 3600 + "h";
        }
        if (seconds >= 3600) {
            return seconds / 3600 + "h " + seconds % 3600 / 60 + "m";
        }
        return seconds >= 60 ? seconds / 60 + "m " + seconds % 60 + "s" : seconds + "s";
    }
}
