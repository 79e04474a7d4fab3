package dev.nullbox.gateway.http;

import com.google.gson.JsonObject;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.api.Methods;
import dev.nullbox.protocol.api.TransferContract;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.io.entity.EntityTemplate;

/** Bodies of any length as the chunks of a service's transfer. */
final class Files {
    /** Members of the answer to an upload. */
    static final List<Field<?>> UPLOADED = List.of(TransferContract.TRANSFER, Fields.BYTES, TransferContract.SHA256);

    private final PacedCalls calls;
    private final Pace pace;

    Files(PacedCalls calls, Pace pace) {
        this.calls = calls;
        this.pace = pace;
    }

    /**
     * Sends a body to a service: {@code {transfer, bytes, sha256}}, for the method that takes the file.
     *
     * @throws ProblemException when the service refuses a chunk; the transfer is ended then, as it is when the client is gone
     */
    JsonObject upload(String service, HttpEntity body) throws IOException, ProblemException {
        TransferContract contract = contract(service);
        MessageDigest digest = Sha256.digest();
        Optional<String> transfer = Optional.empty();
        boolean isWhole = false;
        long offset = 0;
        try (InputStream in = body.getContent()) {
            byte[] chunk;
            do {
                pace.start();
                chunk = in.readNBytes(TransferContract.CHUNK_BYTES);
                digest.update(chunk);
                if (chunk.length > 0 || offset == 0) {
                    Message request = Message.of(TransferContract.OFFSET.is(offset), TransferContract.DATA.is(chunk))
                            .and(TransferContract.TRANSFER, transfer);
                    transfer = Optional.of(call(contract.write(), request).get(TransferContract.TRANSFER));
                }
                offset += chunk.length;
            } while (chunk.length == TransferContract.CHUNK_BYTES);
            isWhole = true;
        } finally {
            if (!isWhole && transfer.isPresent()) {
                drop(contract, transfer.get());
            }
        }
        return Codec.encode(
                TransferContract.TRANSFER.is(transfer.orElseThrow()),
                Fields.BYTES.is(offset),
                TransferContract.SHA256.is(Sha256.hex(digest)));
    }

    /**
     * The file of a transfer that a service began.
     *
     * @throws ProblemException when there is no such transfer; a later failure cuts the body short, before its end mark
     */
    HttpEntity download(String service, String transfer) throws ProblemException {
        TransferContract contract = contract(service);
        Message first = read(contract, transfer, 0);
        return new EntityTemplate(
                -1, ContentType.APPLICATION_OCTET_STREAM, null, out -> send(contract, transfer, first, out));
    }

    private void send(TransferContract contract, String transfer, Message first, OutputStream out) throws IOException {
        Message chunk = first;
        long offset = 0;
        while (true) {
            byte[] data = chunk.get(TransferContract.DATA);
            pace.start();
            out.write(data);
            out.flush();
            offset += data.length;
            if (chunk.get(TransferContract.END)) {
                return;
            }
            try {
                chunk = read(contract, transfer, offset);
            } catch (ProblemException e) {
                throw new IOException("the file ends early: " + e.getMessage(), e);
            }
        }
    }

    private Message read(TransferContract contract, String transfer, long offset) throws ProblemException {
        return call(
                contract.read(),
                Message.of(TransferContract.TRANSFER.is(transfer), TransferContract.OFFSET.is(offset)));
    }

    private void drop(TransferContract contract, String transfer) {
        try {
            call(contract.drop(), Message.of(TransferContract.TRANSFER.is(transfer)));
        } catch (ProblemException e) {
            // The service ends a transfer itself that nobody goes on with.
            System.err.println("gateway: ending a transfer: " + e.getMessage());
        }
    }

    private <R> R call(Method<R> method, Message params) throws ProblemException {
        try {
            return calls.call(method, params);
        } catch (RpcException e) {
            throw new ProblemException(e);
        }
    }

    private static TransferContract contract(String service) throws ProblemException {
        return Methods.transfers(service)
                .orElseThrow(() -> new ProblemException(
                        HttpStatus.SC_NOT_FOUND,
                        CallReason.HTTP_PATH,
                        "no files pass to or from '" + service + "'; they do for "
                                + String.join(", ", Methods.transferring())));
    }
}
