package dev.nullbox.manifest;

import dev.nullbox.manifest.Form.Single;
import dev.nullbox.protocol.Service;
import dev.nullbox.protocol.id.InvalidValueException;
import java.util.Optional;
import java.util.Set;

/**
 * A key of AGENT.toml.
 *
 * @param path dotted; {@code *} stands for a name that the author chooses, {@code []} for each element of an array
 * @param form its TOML type, its bounds, and the value that it becomes
 * @param required whether it must be present when its table is
 * @param otherwise the value when it is absent
 * @param absent the meaning of its absence, for documents, where there is no such value
 * @param consumers the services that act on it
 * @param <T> the type in Java
 */
public record Key<T>(
        String path, Form<T> form, boolean required, Optional<T> otherwise, String absent, Set<Service> consumers) {
    /** The suffix of an array's path in the path of its elements. */
    public static final String ELEMENT = "[]";

    /** The last part of the path. */
    public String name() {
        return path.substring(path.lastIndexOf('.') + 1);
    }

    /** The path of the table that it is in; empty for the document. */
    public String table() {
        return path.substring(0, Math.max(0, path.lastIndexOf('.')));
    }

    /** The path below one element: {@code [2]} of an array, or a chosen name. */
    public String path(String element) {
        return path.replace(ELEMENT, element).replace("*", element);
    }

    /**
     * Checks a value against the bounds.
     *
     * @throws InvalidValueException when it is beyond them
     */
    void check(Object value) {
        var _ = ((Single<T>) form).of(value);
    }
}
