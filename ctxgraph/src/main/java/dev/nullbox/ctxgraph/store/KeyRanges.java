package dev.nullbox.ctxgraph.store;

import dev.nullbox.ctxgraph.memory.Principal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The parts of the key space that an actor may read below a prefix: in order, none inside another. */
final class KeyRanges {
    /** After every key that begins with the same text: keys are ASCII. */
    private static final char END = '\u007f';

    private KeyRanges() {}

    /**
     * Keys from one to another.
     *
     * @param from the first
     * @param end before this one
     */
    record Range(String from, String end) {}

    /** The ranges, none when the actor may read nothing there. */
    static List<Range> of(Principal actor, String prefix) {
        List<String> stems = actor.read().stream()
                .map(pattern -> narrow(pattern.text(), prefix))
                .filter(stem -> !stem.equals("\0"))
                .sorted()
                .toList();
        List<Range> ranges = new ArrayList<>();
        String last = "\0";
        for (String stem : stems) {
            if (stem.startsWith(last)) {
                continue;
            }
            boolean one = stem.endsWith("\0");
            ranges.add(new Range(one ? stem.substring(0, stem.length() - 1) : stem, one ? stem : stem + END));
            last = one ? "\1" : stem;
        }
        return List.copyOf(ranges);
    }

    /** The condition on a key to lie in one of so many ranges, whose bounds are its arguments. */
    static String condition(List<Range> ranges) {
        return String.join(" OR ", Collections.nCopies(ranges.size(), "(key >= ? AND key < ?)"));
    }

    /** What of a pattern lies below a prefix, as a prefix, or as one key and a zero; a zero alone when nothing does. */
    private static String narrow(String pattern, String prefix) {
        if (!pattern.endsWith("*")) {
            return pattern.startsWith(prefix) ? pattern + '\0' : "\0";
        }
        String stem = pattern.substring(0, pattern.length() - 1);
        if (stem.startsWith(prefix)) {
            return stem;
        }
        return prefix.startsWith(stem) ? prefix : "\0";
    }
}
