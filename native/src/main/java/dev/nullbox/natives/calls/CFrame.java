package dev.nullbox.natives.calls;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Native memory for the length of one call: all allocations are zeroed and freed by {@link #close}. Addresses are plain
 * numbers, 0 being NULL, so that the marshalling above knows neither java.lang.foreign nor SVM.
 */
abstract class CFrame implements AutoCloseable {
    private static final int POINTER_BYTES = 8;

    /** Allocates zeroed bytes, aligned to 16, at least one; returns their address. */
    abstract long allocate(long bytes);

    /** Copies bytes to an address. */
    abstract void put(long address, byte[] from, int offset, int length);

    /** Copies bytes from an address. */
    abstract void get(long address, byte[] to, int offset, int length);

    @Override
    public abstract void close();

    /** A copy of the bytes. */
    final long bytes(byte[] content) {
        long address = allocate(content.length);
        put(address, content, 0, content.length);
        return address;
    }

    /**
     * The string in UTF-8, with its NUL; 0 (NULL) for null.
     *
     * @throws IllegalArgumentException when it has a NUL inside, which C would silently cut at
     */
    final long string(@Nullable String text) {
        if (text == null) {
            return 0;
        }
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("string for C contains NUL");
        }
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        long address = allocate(utf8.length + 1L);
        put(address, utf8, 0, utf8.length);
        return address;
    }

    /** A path of any bytes but NUL, with its NUL. */
    final long path(byte[] name) {
        for (byte one : name) {
            if (one == 0) {
                throw new IllegalArgumentException("path for C contains NUL");
            }
        }
        return bytes(Arrays.copyOf(name, name.length + 1));
    }

    /** A NULL-terminated array of strings, as argv and envp are. */
    final long strings(List<String> texts) {
        byte[] array = new byte[POINTER_BYTES * (texts.size() + 1)];
        ByteBuffer pointers = ByteBuffer.wrap(array).order(ByteOrder.LITTLE_ENDIAN);
        for (String text : texts) {
            pointers.putLong(string(text));
        }
        return bytes(array);
    }

    /** An array of 32-bit integers. */
    final long ints(int... values) {
        byte[] array = new byte[Integer.BYTES * values.length];
        ByteBuffer buffer = ByteBuffer.wrap(array).order(ByteOrder.LITTLE_ENDIAN);
        for (int value : values) {
            buffer.putInt(value);
        }
        return bytes(array);
    }

    /** The 32-bit integer at an address. */
    final int intAt(long address) {
        byte[] four = new byte[Integer.BYTES];
        get(address, four, 0, four.length);
        return ByteBuffer.wrap(four).order(ByteOrder.LITTLE_ENDIAN).getInt();
    }

    /** The NUL-terminated UTF-8 string at an address, empty for NULL. */
    final String stringAt(long address) {
        if (address == 0) {
            return "";
        }
        int length = 0;
        byte[] one = new byte[1];
        for (get(address, one, 0, 1); one[0] != 0; get(address + length, one, 0, 1)) {
            length++;
        }
        byte[] utf8 = new byte[length];
        get(address, utf8, 0, length);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    /** Factory of frames. */
    interface Source {
        /** A new frame, for this thread. */
        CFrame open();
    }
}
