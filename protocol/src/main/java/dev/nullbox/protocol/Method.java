package dev.nullbox.protocol;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One method: all that its service, its callers and the gateway must know of it.
 *
 * @param name as on the wire: {@code "agent.start"}
 * @param service who answers it
 * @param audience who may call it
 * @param effect what it does
 * @param deadline for the service to answer; a caller that waits longer waits in vain
 * @param request its parameters
 * @param result its answer
 * @param meaning for documents
 * @param <R> its answer in Java
 */
public record Method<R>(
        String name,
        Service service,
        Audience audience,
        Effect effect,
        Duration deadline,
        List<Field<?>> request,
        FieldType<R> result,
        String meaning) {
    /** What most methods take at most. */
    public static final Duration SHORT = Duration.ofSeconds(60);

    /** For methods that go through a whole store, however large. */
    public static final Duration LONG = Duration.ofHours(1);

    /**
     * @throws IllegalArgumentException when a method that tells agents' values takes no taint filter
     */
    public Method {
        request = List.copyOf(request);
        if (effect == Effect.READ_VALUES && !request.contains(MemoryContract.NOT_INFLUENCED_BY)) {
            throw new IllegalArgumentException(name + " tells values, and so must take a taint filter");
        }
    }

    /** The parameter of a name. */
    public Optional<Field<?>> parameter(String name) {
        return request.stream().filter(field -> field.name().equals(name)).findFirst();
    }

    @Override
    public String toString() {
        return name;
    }
}
