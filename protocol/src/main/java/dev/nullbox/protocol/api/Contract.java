package dev.nullbox.protocol.api;

import dev.nullbox.protocol.Audience;
import dev.nullbox.protocol.Effect;
import dev.nullbox.protocol.Event;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Methods and events of one service, each registered where it is declared, so that none can be forgotten. */
final class Contract {
    private final Service service;
    private final List<Method<?>> methods = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();

    Contract(Service service) {
        this.service = service;
    }

    List<Method<?>> methods() {
        return List.copyOf(methods);
    }

    List<Event> events() {
        return List.copyOf(events);
    }

    /** A method for agents and operators. */
    <R> Draft<Method<R>> agents(String name, Effect effect, FieldType<R> result, String meaning) {
        return method(name, Audience.AGENTS, effect, false, Method.SHORT, result, meaning);
    }

    /** A method for operators. */
    <R> Draft<Method<R>> operators(String name, Effect effect, FieldType<R> result, String meaning) {
        return method(name, Audience.OPERATORS, effect, false, Method.SHORT, result, meaning);
    }

    /** A method for operators that continues another one. */
    <R> Draft<Method<R>> operatorsStep(String name, Effect effect, FieldType<R> result, String meaning) {
        return method(name, Audience.OPERATORS, effect, true, Method.SHORT, result, meaning);
    }

    /** A method for operators that reads a whole store. */
    <R> Draft<Method<R>> longOperators(String name, Effect effect, FieldType<R> result, String meaning) {
        return method(name, Audience.OPERATORS, effect, false, Method.LONG, result, meaning);
    }

    /** A method for host services. */
    <R> Draft<Method<R>> host(String name, Effect effect, FieldType<R> result, String meaning) {
        return method(name, Audience.HOST, effect, false, Method.SHORT, result, meaning);
    }

    /** A method for the packet filter. */
    <R> Draft<Method<R>> egress(String name, Effect effect, FieldType<R> result, String meaning) {
        return method(name, Audience.EGRESS, effect, false, Method.SHORT, result, meaning);
    }

    /** A method for the gate. */
    <R> Draft<Method<R>> gate(String name, Effect effect, FieldType<R> result, String meaning) {
        return method(name, Audience.GATE_ALONE, effect, false, Method.SHORT, result, meaning);
    }

    /** An event. */
    Draft<Event> event(String name, String meaning) {
        return fields -> {
            Event event = new Event(name, fields, meaning);
            events.add(event);
            return event;
        };
    }

    private <R> Draft<Method<R>> method(
            String name,
            Audience audience,
            Effect effect,
            boolean isStep,
            Duration deadline,
            FieldType<R> result,
            String meaning) {
        return fields -> {
            if (effect == Effect.READ_VALUES && !fields.contains(MemoryContract.NOT_INFLUENCED_BY)) {
                throw new IllegalArgumentException(name + " tells values, and so must take a taint filter");
            }
            Method<R> method = new Method<>(name, service, audience, effect, isStep, deadline, fields, result, meaning);
            methods.add(method);
            return method;
        };
    }

    /** Method or event without its fields. */
    @FunctionalInterface
    interface Draft<T> extends Function<List<Field<?>>, T> {
        /** Declares it with these fields, and no others. */
        default T with(Field<?>... fields) {
            return apply(List.of(fields));
        }
    }
}
