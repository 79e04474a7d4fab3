package dev.nullbox.protocol;

import java.time.Duration;
import java.util.List;

/**
 * Contract of a method for its service, its callers and the gateway.
 *
 * @param name as on the wire: {@code "agent.start"}
 * @param service the service that answers it
 * @param audience its permitted callers
 * @param effect its effect, from which guards derive
 * @param isStep whether it continues what another method began, as a chunk of a file does, and is therefore no event of
 *     its own
 * @param deadline longest time for the service to answer; callers need wait no longer
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
        boolean isStep,
        Duration deadline,
        List<Field<?>> request,
        FieldType<R> result,
        String meaning) {
    /** Deadline of most methods. */
    public static final Duration SHORT = Duration.ofSeconds(60);

    /** Deadline of methods that read a whole store. */
    public static final Duration LONG = Duration.ofHours(1);

    public Method {
        request = List.copyOf(request);
    }

    /** Tells whether a successful call of it is an event: methods that only look, called again and again, are none. */
    public boolean isTold() {
        return !isStep && effect != Effect.READ;
    }

    @Override
    public String toString() {
        return name;
    }
}
