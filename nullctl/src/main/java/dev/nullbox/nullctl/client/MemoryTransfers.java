package dev.nullbox.nullctl.client;

import com.google.gson.JsonObject;
import dev.nullbox.nullctl.terminal.LocalFile;
import dev.nullbox.nullctl.terminal.LocalFileException;
import dev.nullbox.nullctl.terminal.NewFile;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.rpc.RpcException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;

/** Shared memory's files to and from the appliance, in pieces that fit one message each, held against their SHA-256. */
public final class MemoryTransfers {
    private static final int PIECE_BYTES = 512 * 1024;
    private static final String READ = "memory.transfer.read";
    private static final String WRITE = "memory.transfer.write";

    private MemoryTransfers() {}

    /** A file that the appliance has. */
    public record Sent(String transfer, String sha256) {}

    /**
     * Receives the file that an answer with {@code transfer}, {@code bytes} and {@code sha256} promises.
     *
     * @throws RpcException also when what came is not what was promised
     */
    public static void receive(ApplianceClient appliance, Answer begun, NewFile into)
            throws RpcException, CannotConnectException, LocalFileException {
        JsonObject params = ApplianceClient.params("transfer", begun.string("transfer"));
        MessageDigest digest = Sha256.digest();
        long promised = begun.count("bytes");
        long offset = 0;
        boolean more = true;
        while (more) {
            params.addProperty("offset", offset);
            Answer piece = Answer.of(READ, appliance.call(READ, params));
            byte[] data = piece.bytes("data");
            more = !piece.isTrue("eof");
            if (more && data.length == 0) {
                throw broken("an empty piece at " + offset + " of " + promised);
            }
            into.write(data);
            digest.update(data);
            offset += data.length;
        }
        if (offset != promised || !HexFormat.of().formatHex(digest.digest()).equals(begun.string("sha256"))) {
            throw broken(offset + " bytes came of " + promised + ", or others");
        }
        appliance.call("memory.transfer.drop", ApplianceClient.params("transfer", begun.string("transfer")));
    }

    /** Sends a file. */
    public static Sent send(ApplianceClient appliance, LocalFile source)
            throws RpcException, CannotConnectException, UsageException {
        MessageDigest digest = Sha256.digest();
        JsonObject params = new JsonObject();
        long offset = 0;
        String transfer = "";
        while (offset < source.bytes()) {
            byte[] data = source.read((int) Math.min(PIECE_BYTES, source.bytes() - offset));
            params.addProperty("offset", offset);
            params.addProperty("data", Base64.getEncoder().encodeToString(data));
            Answer taken = Answer.of(WRITE, appliance.call(WRITE, params));
            digest.update(data);
            offset += data.length;
            transfer = taken.string("transfer");
            if (taken.count("bytes") != offset) {
                throw broken("it has " + taken.count("bytes") + " of " + offset + " bytes");
            }
            params.addProperty("transfer", transfer);
        }
        return new Sent(transfer, HexFormat.of().formatHex(digest.digest()));
    }

    private static RpcException broken(String what) {
        return new RpcException(
                RpcException.Code.INTERNAL, "UNEXPECTED", "the transfer from or to the appliance is broken: " + what);
    }
}
