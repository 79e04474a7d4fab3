package dev.nullbox.manifest;

import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.protocol.id.Text;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** Looks at single fields of one raw manifest, and keeps every problem it meets. */
final class FieldChecks {
    private final RawManifest raw;
    private final List<Problem> problems;

    FieldChecks(RawManifest raw, List<Problem> problems) {
        this.raw = raw;
        this.problems = problems;
    }

    RawManifest raw() {
        return raw;
    }

    /** The integer within the bounds, both included; the one that stands in when it is absent. */
    Optional<Integer> number(String path, int absent, int min, int max) {
        long number = raw.integer(path).orElse((long) absent);
        if (number < min || number > max) {
            problem(path, number + " is out of bounds", "use " + min + " to " + max);
            return Optional.empty();
        }
        return Optional.of((int) number);
    }

    <T> Optional<T> choice(String path, T[] choices, Function<T, String> key, T absent) {
        Optional<String> text = raw.string(path);
        if (text.isEmpty()) {
            return Optional.of(absent);
        }
        List<String> keys = new ArrayList<>();
        for (T choice : choices) {
            if (key.apply(choice).equals(text.get())) {
                return Optional.of(choice);
            }
            keys.add(key.apply(choice));
        }
        problem(path, Text.quoted(text.get()) + " is not a choice", "use one of " + String.join(", ", keys));
        return Optional.empty();
    }

    void only(String path, String choice, String remedy) {
        Optional<String> text = raw.string(path);
        if (text.isPresent() && !text.get().equals(choice)) {
            problem(path, Text.quoted(text.get()) + " is not supported, only \"" + choice + "\" is", remedy);
        }
    }

    /** The elements that are good; a problem for each that is not, or that stands there twice. */
    <T> List<T> list(String path, int max, Function<String, T> type) {
        List<String> texts = raw.strings(path);
        bounded(path, texts.size(), max);
        List<T> good = new ArrayList<>();
        Set<T> seen = new HashSet<>();
        for (int i = 0; i < texts.size(); i++) {
            String text = texts.get(i);
            String element = RawManifest.element(path, i);
            Optional<T> value = attempt(element, () -> type.apply(text));
            if (value.isPresent() && !seen.add(value.get())) {
                problem(element, Text.quoted(text) + " stands there twice", "name it once");
            }
            value.ifPresent(good::add);
        }
        return good;
    }

    <T> Optional<T> checked(String path, Function<String, T> type) {
        return raw.string(path).flatMap(text -> attempt(path, () -> type.apply(text)));
    }

    <T> Optional<T> attempt(String path, Supplier<T> value) {
        try {
            return Optional.of(value.get());
        } catch (InvalidValueException invalid) {
            problem(path, invalid.problem(), invalid.remedy());
            return Optional.empty();
        }
    }

    void bounded(String path, int size, int max) {
        if (size > max) {
            problem(path, "has " + size + " entries", "use at most " + max);
        }
    }

    void problem(String path, String problem, String remedy) {
        problems.add(new Problem(path, problem, remedy));
    }

    int problemCount() {
        return problems.size();
    }
}
