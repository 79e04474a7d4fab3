package dev.nullbox.natives.linux;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** C source text that compiles only where constants and layouts are those of this machine's headers. */
public final class HeaderAudit {
    private HeaderAudit() {}

    /** Constants named as in C: those of a class whose names begin so, and the header that has them. */
    public record Source(Class<?> constants, String header, String prefix) {}

    /** Complaints of gcc about the constants of these sources; empty when they hold. The further headers come first. */
    public static String complaints(List<Source> sources, String... further) throws Exception {
        List<String> headers = new ArrayList<>(List.of(further));
        sources.forEach(source -> headers.add(source.header()));
        StringBuilder c = headers(headers);
        for (Source source : sources) {
            c.append(assertions(source));
        }
        return Gcc.complaints(c.toString(), List.of());
    }

    /** The assertions that the constants of a source are those of its header, without its include line. */
    public static String assertions(Source source) throws IllegalAccessException {
        Map<String, Number> constants = constants(source);
        if (constants.isEmpty()) {
            throw new AssertionError("no constants in " + source.constants().getSimpleName());
        }
        StringBuilder c = new StringBuilder();
        constants.forEach((name, value) -> c.append(same(name, value)));
        return c.toString();
    }

    /** Complaints of gcc about these layouts by these headers; empty when they hold. */
    public static String complaints(List<String> layouts, List<String> headers) throws Exception {
        return Gcc.complaints(headers(headers) + String.join("", layouts), List.of());
    }

    private static StringBuilder headers(List<String> headers) {
        StringBuilder c = new StringBuilder("#define _GNU_SOURCE\n#include <stddef.h>\n");
        headers.forEach(header -> c.append("#include <").append(header).append(">\n"));
        return c;
    }

    static Map<String, Number> constants(Source source) throws IllegalAccessException {
        Map<String, Number> constants = new TreeMap<>();
        for (Field field : source.constants().getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers())
                    && (field.getType() == int.class || field.getType() == long.class)
                    && field.getName().startsWith(source.prefix())
                    && !field.getName().equals("CAP_LAST_CAP")) {
                field.setAccessible(true);
                constants.put(field.getName(), (Number) field.get(null));
            }
        }
        return constants;
    }

    /** The assertions of those constants alone that the header has: it may be older than they are. */
    public static String assertionsWhereDefined(Source source) throws IllegalAccessException {
        StringBuilder c = new StringBuilder();
        constants(source)
                .forEach((name, value) -> c.append("#ifdef ")
                        .append(name)
                        .append('\n')
                        .append(same(name, value))
                        .append("#endif\n"));
        return c.toString();
    }

    /** The assertion that a constant has this value. */
    public static String same(String name, Number value) {
        String type = value instanceof Long ? "long" : "int";
        return "_Static_assert((" + type + ")(" + name + ") == (" + type + ")" + value.longValue() + "L, \"" + name
                + "\");\n";
    }

    /** The assertion that a type has this size. */
    public static String size(String type, int bytes) {
        return "_Static_assert(sizeof(" + type + ") == " + bytes + ", \"sizeof " + type + "\");\n";
    }

    /** The assertion that a struct's field has this offset and size. */
    public static String field(String type, String field, int offset, int bytes) {
        return "_Static_assert(offsetof(" + type + ", " + field + ") == " + offset + " && sizeof(((" + type + " *)0)->"
                + field + ") == " + bytes + ", \"" + type + "." + field + "\");\n";
    }
}
