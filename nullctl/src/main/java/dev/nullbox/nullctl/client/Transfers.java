package dev.nullbox.nullctl.client;

import dev.nullbox.nullctl.terminal.ByteSource;
import dev.nullbox.nullctl.terminal.LocalFileException;
import dev.nullbox.nullctl.terminal.NewFile;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.TransferContract;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.Sha256;
import java.security.MessageDigest;

/** Transfers of files to and from the appliance, chunk by chunk, checked by their SHA-256. */
public final class Transfers {
    private Transfers() {}

    /**
     * Receives the file of a result with transfer, bytes and sha256.
     *
     * @throws RpcException also when the received bytes differ from these
     */
    public static void receive(ApplianceClient appliance, TransferContract methods, Message begun, NewFile into)
            throws RpcException, CannotConnectException, LocalFileException {
        MessageDigest digest = Sha256.digest();
        var transfer = TransferContract.TRANSFER.is(begun.get(TransferContract.TRANSFER));
        long promised = begun.get(Fields.BYTES);
        long offset = 0;
        boolean more = true;
        while (more) {
            Message chunk = appliance.call(methods.read(), transfer, TransferContract.OFFSET.is(offset));
            byte[] data = chunk.get(TransferContract.DATA);
            more = !chunk.get(TransferContract.END);
            if (more && data.length == 0) {
                throw broken("an empty chunk came at " + offset + " of " + promised);
            }
            into.write(data);
            digest.update(data);
            offset += data.length;
        }
        if (offset != promised || !Sha256.hex(digest).equals(begun.get(TransferContract.SHA256))) {
            throw broken(offset + " of " + promised + " bytes came, or others");
        }
        appliance.call(methods.drop(), transfer);
    }

    /** Sends a file; returns transfer and sha256, for the method that takes it. */
    public static Message send(ApplianceClient appliance, TransferContract methods, ByteSource source)
            throws RpcException, CannotConnectException, UsageException {
        return send(params -> appliance.call(methods.write(), params), source);
    }

    /** Call of a transfer's {@link TransferContract#write}. */
    interface Write {
        Message call(Message params) throws RpcException, CannotConnectException;
    }

    static Message send(Write write, ByteSource source) throws RpcException, CannotConnectException, UsageException {
        MessageDigest digest = Sha256.digest();
        Message transfer = Message.of();
        long offset = 0;
        byte[] data = source.read(TransferContract.CHUNK_BYTES);
        if (data.length == 0) {
            throw new UsageException("there is nothing to send: the source has no bytes");
        }
        while (data.length > 0) {
            digest.update(data);
            int count = data.length;
            Message taken =
                    write.call(transfer.and(TransferContract.OFFSET.is(offset), TransferContract.DATA.is(data)));
            offset += count;
            if (taken.get(Fields.BYTES) != offset) {
                throw broken("the appliance has " + taken.get(Fields.BYTES) + " of " + offset + " bytes");
            }
            transfer = Message.of(TransferContract.TRANSFER.is(taken.get(TransferContract.TRANSFER)));
            data = source.read(TransferContract.CHUNK_BYTES);
        }
        return transfer.and(TransferContract.SHA256.is(Sha256.hex(digest)));
    }

    private static RpcException broken(String what) {
        return new RpcException(CallReason.UNEXPECTED, "the transfer from or to the appliance is broken: " + what);
    }
}
