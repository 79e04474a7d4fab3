package dev.nullbox.protocol.guest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A call or an answer: the payload of a frame of that kind.
 *
 * @param id the call's number among those of its sender on this connection; 0 when no answer is wanted
 */
public record GuestCall(GuestOp op, int id, Fields fields) {
    private static final int HEADER_BYTES = 5;

    /** Fields in order. */
    public static final class Fields {
        @SuppressWarnings("ArrayRecordComponent") // a view of a payload, never compared
        private record Entry(GuestTag tag, byte[] value) {}

        private final List<Entry> entries = new ArrayList<>();

        /** No fields yet. */
        public Fields() {}

        public Fields add(GuestTag tag, byte[] value) {
            entries.add(new Entry(tag, value));
            return this;
        }

        public Fields add(GuestTag tag, String text) {
            return add(tag, text.getBytes(StandardCharsets.UTF_8));
        }

        public Fields add(GuestTag tag, long number) {
            return add(tag, ByteBuffer.allocate(Long.BYTES).putLong(number).array());
        }

        public Fields addAll(GuestTag tag, List<String> texts) {
            texts.forEach(text -> add(tag, text));
            return this;
        }

        private Optional<byte[]> first(GuestTag tag) {
            return entries.stream()
                    .filter(entry -> entry.tag() == tag)
                    .findFirst()
                    .map(Entry::value);
        }

        /** The text of the tag; empty when there is none. */
        public Optional<String> text(GuestTag tag) throws IOException {
            Optional<byte[]> value = first(tag);
            return value.isEmpty() ? Optional.empty() : Optional.of(decoded(tag, value.get()));
        }

        private static String decoded(GuestTag tag, byte[] value) throws IOException {
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(value))
                        .toString();
            } catch (CharacterCodingException e) {
                throw new IOException("the other side's field " + tag + " is not UTF-8", e);
            }
        }

        /** The texts of the tag, in order. */
        public List<String> texts(GuestTag tag) throws IOException {
            List<String> texts = new ArrayList<>();
            for (Entry entry : entries) {
                if (entry.tag() == tag) {
                    texts.add(decoded(tag, entry.value()));
                }
            }
            return texts;
        }

        /** Tells whether the tag is present. */
        public boolean has(GuestTag tag) {
            return first(tag).isPresent();
        }

        /** The number of the tag. */
        public long number(GuestTag tag) throws IOException {
            byte[] value =
                    first(tag).orElseThrow(() -> new IOException("the other side left the field " + tag + " out"));
            if (value.length != Long.BYTES) {
                throw new IOException("the other side's field " + tag + " has " + value.length + " bytes, not 8");
            }
            return ByteBuffer.wrap(value).getLong();
        }

        public byte[] encode() {
            int size = entries.stream()
                    .mapToInt(entry -> HEADER_BYTES + entry.value().length)
                    .sum();
            ByteBuffer bytes = ByteBuffer.allocate(size);
            for (Entry entry : entries) {
                bytes.put((byte) entry.tag().number())
                        .putInt(entry.value().length)
                        .put(entry.value());
            }
            return bytes.array();
        }

        public static Fields decode(ByteBuffer bytes) throws IOException {
            Fields fields = new Fields();
            while (bytes.hasRemaining()) {
                if (bytes.remaining() < HEADER_BYTES) {
                    throw new IOException("the other side sent a field that breaks off");
                }
                int tag = bytes.get() & 0xff;
                int length = bytes.getInt();
                if (length < 0 || length > bytes.remaining()) {
                    throw new IOException("the other side sent a field that breaks off");
                }
                byte[] value = new byte[length];
                bytes.get(value);
                fields.add(
                        GuestTag.of(tag)
                                .orElseThrow(() -> new IOException("the other side sent an unknown field, " + tag)),
                        value);
            }
            return fields;
        }
    }

    public static GuestCall of(GuestOp op, int id) {
        return new GuestCall(op, id, new Fields());
    }

    public Frame frame(FrameKind kind) {
        byte[] rest = fields.encode();
        ByteBuffer payload = ByteBuffer.allocate(HEADER_BYTES + rest.length);
        payload.put((byte) op.number()).putInt(id).put(rest);
        Arrays.fill(rest, (byte) 0);
        return new Frame(kind, payload.array());
    }

    /**
     * Parses a payload.
     *
     * @throws IOException when the payload is neither a call nor an answer
     */
    public static GuestCall parse(byte[] payload) throws IOException {
        if (payload.length < HEADER_BYTES) {
            throw new IOException("the other side sent a call of " + payload.length + " bytes");
        }
        ByteBuffer bytes = ByteBuffer.wrap(payload);
        int op = bytes.get() & 0xff;
        int id = bytes.getInt();
        return new GuestCall(
                GuestOp.of(op).orElseThrow(() -> new IOException("the other side sent an unknown operation, " + op)),
                id,
                Fields.decode(bytes));
    }

    /** The text of an answer's error. */
    public Optional<String> error() throws IOException {
        return fields.text(GuestTag.ERROR);
    }
}
