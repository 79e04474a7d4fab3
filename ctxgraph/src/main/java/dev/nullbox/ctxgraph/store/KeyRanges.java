package dev.nullbox.ctxgraph.store;

import dev.nullbox.ctxgraph.memory.Principal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Ranges of keys that a principal may read below a prefix: in order, none inside another. */
final class KeyRanges {
    /** Sorts after every key that begins with the same text: keys are ASCII. */
    private static final char END = '\u007f';

    private KeyRanges() {}

    /**
     * Range of keys.
     *
     * @param from its first key
     * @param end the first key after it
     */
    record Range(String from, String end) {}

    /** The ranges; none when the principal may read nothing there. */
    static List<Range> of(Principal principal, String prefix) {
        List<String> stems = principal.read().stream()
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

    /** SQL condition that a key lies in one of so many ranges, whose bounds are its arguments. */
    static String condition(List<Range> ranges) {
        return String.join(" OR ", Collections.nCopies(ranges.size(), "(key >= ? AND key < ?)"));
    }

    /**
     * The part of a pattern below a prefix: as a prefix, as one key and a zero, or as a zero alone when there is none.
     */
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
