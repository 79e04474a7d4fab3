package dev.nullbox.protocol.api;

import static dev.nullbox.protocol.FieldType.struct;

import dev.nullbox.protocol.Effect;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Method;

/**
 * Transfer of a file that is longer than a message, chunk by chunk: {@code SERVICE.transfer.read}, {@code .write} and
 * {@code .drop}, the same for each service that sends or receives files.
 *
 * @param read the next chunk of a file that the service made
 * @param write the next chunk of a file that the caller sends
 * @param drop the end of a transfer
 */
public record TransferContract(Method<Message> read, Method<Message> write, Method<Message> drop) {
    /** Bytes of one chunk: in base 64 it fits one message. */
    public static final int CHUNK_BYTES = 512 * 1024;

    public static final Field<String> TRANSFER =
            Field.of("transfer", new FieldType.Text(1, 64), "the transfer, as it was begun");
    public static final Field<Long> OFFSET =
            Field.of("offset", FieldType.whole(0, Long.MAX_VALUE, "bytes"), "where the chunk begins");
    public static final Field<String> SHA256 = Field.of("sha256", FieldType.SHA256, "of the whole file");
    public static final Field<byte[]> DATA = Field.of("data", FieldType.BYTES, "the chunk");
    public static final Field<Boolean> END = Field.of("end", FieldType.TRUTH, "whether it is the last");

    /** The first part of its methods' names. */
    public String prefix() {
        return read.name().substring(0, read.name().indexOf('.'));
    }

    static TransferContract of(String prefix, Contract contract) {
        return new TransferContract(
                contract.operatorsStep(prefix + "read", Effect.READ, struct(DATA, END), "a chunk")
                        .with(TRANSFER, OFFSET),
                contract.operatorsStep(
                                prefix + "write",
                                Effect.CHANGE,
                                struct(TRANSFER, Fields.BYTES),
                                "takes a chunk; the first one, without a transfer, begins one")
                        .with(TRANSFER.optional(), OFFSET, DATA),
                contract.operatorsStep(prefix + "drop", Effect.CHANGE, struct(), "ends the transfer")
                        .with(TRANSFER));
    }
}
