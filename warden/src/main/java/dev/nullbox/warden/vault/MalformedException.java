package dev.nullbox.warden.vault;

import java.nio.ByteBuffer;

/** Failure of bytes that no vault can have written; the message names the part that shows it. */
final class MalformedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String where;

    MalformedException(String where) {
        super(where);
        this.where = where;
    }

    String where() {
        return where;
    }

    static void need(ByteBuffer bytes, int count, String where) throws MalformedException {
        require(bytes.remaining() >= count, where);
    }

    static void require(boolean holds, String where) throws MalformedException {
        if (!holds) {
            throw new MalformedException(where);
        }
    }
}
