package dev.nullbox.warden.api;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.rpc.Caller;
import dev.nullbox.rpc.Params;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.warden.audit.Audit;
import dev.nullbox.warden.audit.AuditFile.Ring;
import dev.nullbox.warden.vault.Transfers;
import dev.nullbox.warden.vault.Vault;
import dev.nullbox.warden.vault.VaultHeader;
import dev.nullbox.warden.vault.VaultLimits;
import dev.nullbox.warden.vault.crypto.Credential;
import java.util.List;
import java.util.Map;

/** Warden's methods to carry a vault out and in. */
final class TransferMethods {
    private final Transfers transfers;
    private final Audit audit;

    TransferMethods(Transfers transfers, Audit audit) {
        this.transfers = transfers;
        this.audit = audit;
    }

    List<RpcMethod> methods() {
        return List.of(
                new RpcMethod(
                        "vault.export", VaultService.OPERATORS, (caller, params) -> export(caller, new Params(params))),
                new RpcMethod(
                        "vault.import",
                        VaultService.OPERATORS,
                        (caller, params) -> importFile(caller, new Params(params))));
    }

    private JsonElement export(Caller caller, Params params) throws RpcException {
        JsonObject result = new JsonObject();
        if (params.has("transfer")) {
            String id = params.string("transfer");
            long offset = offset(params);
            params.done();
            Transfers.Piece piece = Answers.ask(() -> transfers.export(id, offset));
            result.add("data", Answers.base64(piece.data()));
            result.addProperty("next", piece.next());
            result.addProperty("done", piece.done());
            return result;
        }
        try (Credential credential = Answers.credential(params)) {
            params.done();
            Transfers.Begun begun = Answers.ask(() -> transfers.beginExport(
                    credential,
                    bytes -> audit.release(
                            Ring.OPERATORS, "vault.export", Map.of("bytes", bytes, "caller", caller.user()))));
            result.addProperty("transfer", begun.id());
            result.addProperty("bytes", begun.bytes());
            return result;
        }
    }

    private JsonElement importFile(Caller caller, Params params) throws RpcException {
        if (!params.has("transfer")) {
            long bytes = params.integer("bytes", VaultHeader.RECORDS_AT, VaultLimits.MAX_FILE_BYTES);
            params.done();
            Transfers.Begun begun = Answers.ask(() -> transfers.beginImport(bytes));
            JsonObject result = new JsonObject();
            result.addProperty("transfer", begun.id());
            result.addProperty("chunk", Transfers.PIECE_BYTES);
            return result;
        }
        String id = params.string("transfer");
        return params.has("data") ? take(id, params) : finish(id, caller, params);
    }

    private JsonElement take(String id, Params params) throws RpcException {
        long offset = offset(params);
        byte[] data = params.base64("data");
        params.done();
        JsonObject result = new JsonObject();
        result.addProperty("next", Answers.ask(() -> transfers.take(id, offset, data)));
        return result;
    }

    private JsonElement finish(String id, Caller caller, Params params) throws RpcException {
        try (Credential credential = Answers.credential(params)) {
            boolean overwrite = params.optionalBool("overwrite", false);
            params.done();
            Map<String, ?> asked = Map.of("overwrite", overwrite, "caller", caller.user());
            Vault.Size added = Answers.ask(
                    () -> transfers.finishImport(
                            id,
                            credential,
                            overwrite,
                            change -> audit.change(
                                    "vault.import",
                                    asked,
                                    change,
                                    size -> Map.of(
                                            "secrets", size.secrets(),
                                            "versions", size.versions(),
                                            "caller", caller.user()))),
                    RpcException.Code.INVALID_PARAMS);
            JsonObject result = new JsonObject();
            result.addProperty("secrets", added.secrets());
            result.addProperty("versions", added.versions());
            return result;
        }
    }

    private static long offset(Params params) throws RpcException {
        return params.integer("offset", 0, VaultLimits.MAX_FILE_BYTES);
    }
}
