package dev.nullbox.archive.files;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** Name of a file, or value of an attribute: immutable bytes, ordered as unsigned numbers. */
final class ByteName implements Comparable<ByteName> {
    static final ByteName NONE = new ByteName(new byte[0]);

    private final byte[] bytes;

    ByteName(byte[] bytes) {
        this.bytes = bytes.clone();
    }

    byte[] bytes() {
        return bytes.clone();
    }

    /** This one followed by the other. */
    ByteName and(ByteName other) {
        ByteArrayOutputStream both = new ByteArrayOutputStream(bytes.length + other.bytes.length);
        both.writeBytes(bytes);
        both.writeBytes(other.bytes);
        return new ByteName(both.toByteArray());
    }

    /** This name as a directory's, with a slash at its end. */
    ByteName directory() {
        return and(new ByteName(new byte[] {'/'}));
    }

    @Override
    public int compareTo(ByteName other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ByteName name && Arrays.equals(bytes, name.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }
}
