package dev.nullbox.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Reason;
import dev.nullbox.protocol.api.TransferContract;
import dev.nullbox.rpc.RpcException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTransfersTest {
    private static final int MAX_BYTES = 3 * TransferContract.CHUNK_BYTES;

    @TempDir
    private Path path = Path.of("");

    private final AtomicLong nanos = new AtomicLong();
    private FileTransfers transfers;

    @BeforeEach
    void open() throws Exception {
        Files.writeString(path.resolve("t1"), "of an earlier life");
        transfers = new FileTransfers(Directory.at(path), List.of("t1", "t2"), MAX_BYTES, nanos::get);
        assertThat(files()).isEmpty();
    }

    @Test
    void aFileThatWasMadeIsReadChunkByChunk() throws Exception {
        byte[] bytes = bytes(TransferContract.CHUNK_BYTES + 1);
        FileTransfers.Made<String> made = transfers.make(name -> {
            Files.write(path.resolve(name), bytes);
            return name;
        });
        assertThat(made.file().get(Fields.BYTES)).isEqualTo(bytes.length);
        assertThat(made.file().get(TransferContract.SHA256)).isEqualTo(Sha256.hex(bytes));
        String id = made.file().get(TransferContract.TRANSFER);
        Message first = read(id, 0);
        Message second = read(id, TransferContract.CHUNK_BYTES);
        assertThat(first.get(TransferContract.END)).isFalse();
        assertThat(second.get(TransferContract.END)).isTrue();
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(first.get(TransferContract.DATA));
        whole.writeBytes(second.get(TransferContract.DATA));
        assertThat(whole.toByteArray()).isEqualTo(bytes);
        assertThat(read(id, bytes.length).get(TransferContract.DATA)).isEmpty();
        refused(() -> read(id, bytes.length + 1), CallReason.TRANSFER_OFFSET);
        transfers.drop(Message.of(TransferContract.TRANSFER.is(id)));
        assertThat(files()).isEmpty();
        refused(() -> read(id, 0), CallReason.TRANSFER_UNKNOWN);
        refused(() -> transfers.drop(Message.of(TransferContract.TRANSFER.is(id))), CallReason.TRANSFER_UNKNOWN);
    }

    @Test
    void aFileIsSentInOrderAndTakenOnce() throws Exception {
        byte[] bytes = "0123456789".getBytes(StandardCharsets.UTF_8);
        String id = write(Optional.empty(), 0, "0123").get(TransferContract.TRANSFER);
        refused(() -> write(Optional.of(id), 5, "5"), CallReason.TRANSFER_OFFSET);
        assertThat(write(Optional.of(id), 4, "4567").get(Fields.BYTES)).isEqualTo(8);
        assertThat(write(Optional.of(id), 4, "4567").get(Fields.BYTES))
                .as("sent again")
                .isEqualTo(8);
        assertThat(write(Optional.of(id), 8, "89").get(Fields.BYTES)).isEqualTo(10);
        byte[] taken =
                transfers.take(id, Optional.of(Sha256.hex(bytes)), name -> Files.readAllBytes(path.resolve(name)));
        assertThat(taken).isEqualTo(bytes);
        assertThat(files()).isEmpty();
        refused(() -> transfers.take(id, Optional.empty(), name -> name), CallReason.TRANSFER_UNKNOWN);
    }

    @Test
    void anotherFileThanTheOneThatWasSentIsNotTaken() throws Exception {
        String id = write(Optional.empty(), 0, "0123").get(TransferContract.TRANSFER);
        refused(() -> transfers.take(id, Optional.of("0".repeat(64)), name -> name), CallReason.TRANSFER_DIGEST);
        assertThat(files()).isEmpty();
    }

    @Test
    void noChunkAndNoFileIsTooLong() throws Exception {
        String full = "x".repeat(TransferContract.CHUNK_BYTES);
        refused(() -> write(Optional.empty(), 0, full + "x"), CallReason.TRANSFER_OFFSET);
        refused(() -> write(Optional.empty(), 1, "x"), CallReason.TRANSFER_OFFSET);
        assertThat(files()).isEmpty();
        String id = write(Optional.empty(), 0, full).get(TransferContract.TRANSFER);
        write(Optional.of(id), full.length(), full);
        assertThat(write(Optional.of(id), 2L * full.length(), full).get(Fields.BYTES))
                .isEqualTo(MAX_BYTES);
        refused(() -> write(Optional.of(id), MAX_BYTES, "x"), CallReason.TRANSFER_OFFSET);
    }

    @Test
    void aNewFileTakesTheOldestsPlace() throws Exception {
        String first = write(Optional.empty(), 0, "1").get(TransferContract.TRANSFER);
        String second = write(Optional.empty(), 0, "2").get(TransferContract.TRANSFER);
        String third = write(Optional.empty(), 0, "3").get(TransferContract.TRANSFER);
        refused(() -> read(first, 0), CallReason.TRANSFER_UNKNOWN);
        assertThat(read(second, 0).get(TransferContract.DATA)).isEqualTo(new byte[] {'2'});
        assertThat(read(third, 0).get(TransferContract.DATA)).isEqualTo(new byte[] {'3'});
        assertThat(files()).containsExactlyInAnyOrder("t1", "t2");
    }

    @Test
    void noFileTakesThePlaceOfOneInUse() throws Exception {
        String id = write(Optional.empty(), 0, "1").get(TransferContract.TRANSFER);
        transfers.take(
                id,
                Optional.empty(),
                _ -> transfers.make(name -> {
                    refused(() -> write(Optional.empty(), 0, "3"), CallReason.BUSY);
                    refused(() -> read(id, 0), CallReason.TRANSFER_UNKNOWN);
                    transfers.clear();
                    assertThat(files()).hasSize(1);
                    return Files.writeString(path.resolve(name), "2");
                }));
        assertThat(files()).hasSize(1);
        write(Optional.empty(), 0, "3");
        assertThat(files()).hasSize(2);
    }

    @Test
    void aFileThatCouldNotBeMadeIsGone() throws Exception {
        assertThatThrownBy(() -> transfers.make(name -> {
                    Files.writeString(path.resolve(name), "half");
                    throw new IOException("the disk is full");
                }))
                .hasMessage("the disk is full");
        assertThat(files()).isEmpty();
    }

    @Test
    void aTransferEndsAfterTenMinutesWithoutACall() throws Exception {
        String id = write(Optional.empty(), 0, "1").get(TransferContract.TRANSFER);
        nanos.addAndGet(TimeUnit.MINUTES.toNanos(10));
        read(id, 0);
        nanos.addAndGet(TimeUnit.MINUTES.toNanos(10));
        read(id, 0);
        nanos.addAndGet(TimeUnit.MINUTES.toNanos(10) + 1);
        refused(() -> read(id, 0), CallReason.TRANSFER_UNKNOWN);
        assertThat(files()).isEmpty();
    }

    private Message read(String id, long offset) throws RpcException, IOException {
        return transfers.read(Message.of(TransferContract.TRANSFER.is(id), TransferContract.OFFSET.is(offset)));
    }

    private Message write(Optional<String> id, long offset, String data) throws RpcException, IOException {
        return transfers.write(Message.of(
                        TransferContract.OFFSET.is(offset),
                        TransferContract.DATA.is(data.getBytes(StandardCharsets.UTF_8)))
                .and(TransferContract.TRANSFER, id));
    }

    private static void refused(ThrowingCallable call, Reason reason) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        RpcException.class,
                        e -> assertThat(e.is(reason)).as(e.detail()).isTrue());
    }

    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
