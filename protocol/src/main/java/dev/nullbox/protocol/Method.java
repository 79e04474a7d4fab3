package dev.nullbox.protocol;

import java.time.Duration;
import java.util.List;

/**
 * Contract of a method for its service, its callers and the gateway.
 *
 * @param name as on the wire: {@code "agent.start"}
 * @param service who answers it
 * @param audience who may call it
 * @param effect what it does
 * @param isStep whether it carries on what another method began, and is not told by itself: a chunk of a file
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
        boolean isStep,
        Duration deadline,
        List<Field<?>> request,
        FieldType<R> result,
        String meaning) {
    /** Deadline of most methods. */
    public static final Duration SHORT = Duration.ofSeconds(60);

    /** Deadline of methods that go through a whole store. */
    public static final Duration LONG = Duration.ofHours(1);

    public Method {
        request = List.copyOf(request);
    }

    /** Whether a call of it that succeeds is an event: those that look at something, again and again, are none. */
    public boolean isTold() {
        return !isStep && effect != Effect.READ;
    }

    @Override
    public String toString() {
        return name;
    }
}
