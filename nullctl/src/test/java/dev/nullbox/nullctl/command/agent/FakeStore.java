package dev.nullbox.nullctl.command.agent;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.nullbox.gateway.FakeAppliance;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;

/** Cage's side of an upload and an import: keeps what it is sent, and answers progress before the result. */
final class FakeStore {
    static final String DIGEST = "ab".repeat(32);

    private final Map<String, ByteArrayOutputStream> transfers = new TreeMap<>();
    private final List<String> answers = new ArrayList<>();
    private Optional<RpcException> refusal = Optional.empty();
    private Optional<RpcException> failure = Optional.empty();
    private Callable<?> first = () -> "";
    private int begun;
    private volatile boolean hasImage;

    /** From now on agent.add is refused so. */
    void refuse(RpcException error) {
        refusal = Optional.of(error);
    }

    /** From now on each import fails so. */
    void failImport(RpcException error) {
        failure = Optional.of(error);
    }

    /** Happens before the first chunk of a transfer is answered. */
    void atFirstChunk(Callable<?> step) {
        first = step;
    }

    /** From now on the image of each archive is stored. */
    void knowArchives() {
        hasImage = true;
    }

    /** The answers of agent.import, the last one again and again. */
    void answer(String... imports) {
        answers.clear();
        answers.addAll(List.of(imports));
    }

    /** A result with some members more or in the place of others. */
    static String done(String members) {
        JsonObject result = JsonParser.parseString("{\"kind\":\"OCI\",\"name\":\"coder:3\",\"digest\":\"sha256:0\","
                        + "\"layers\":[],\"image_digest\":\"sha256:" + DIGEST + "\",\"image_bytes\":1048576,"
                        + "\"defaults\":{\"command\":[\"/bin/coder\"]},\"files\":12,\"directories\":3,\"symlinks\":2,"
                        + "\"hard_links\":1,\"fifos\":0,\"file_bytes\":1610612736,\"left_out\":0,"
                        + "\"left_out_paths\":[],\"left_out_xattrs\":0}")
                .getAsJsonObject();
        JsonObject done = JsonParser.parseString("{\"agent\":\"coder\",\"version\":3,\"digest\":\"" + DIGEST
                        + "\",\"was_there\":false,\"runs\":false,\"left_out_env\":[]}")
                .getAsJsonObject();
        JsonParser.parseString(members)
                .getAsJsonObject()
                .entrySet()
                .forEach(member ->
                        (result.has(member.getKey()) ? result : done).add(member.getKey(), member.getValue()));
        done.add("result", result);
        return "{\"read\":9,\"total\":9,\"done\":" + done + "}";
    }

    List<RpcMethod> methods(FakeAppliance appliance) {
        return List.of(
                appliance.method("agent.transfer.write", this::write),
                appliance.method("agent.transfer.drop", params -> {
                    transfers.remove(params.get("transfer").getAsString());
                    return new JsonObject();
                }),
                appliance.method("agent.has_archive", _ -> JsonParser.parseString("{\"has_image\":" + hasImage + "}")),
                appliance.method("agent.add", _ -> {
                    if (refusal.isPresent()) {
                        throw refusal.get();
                    }
                    return JsonParser.parseString("{\"import\":\"i1\"}");
                }),
                appliance.method("agent.import", _ -> {
                    if (failure.isPresent()) {
                        throw failure.get();
                    }
                    return JsonParser.parseString(answers.size() > 1 ? answers.removeFirst() : answers.getFirst());
                }));
    }

    private synchronized JsonElement write(JsonObject params) throws RpcException {
        String id = params.has("transfer") ? params.get("transfer").getAsString() : "t" + ++begun;
        ByteArrayOutputStream file = transfers.computeIfAbsent(id, _ -> new ByteArrayOutputStream());
        if (params.get("offset").getAsInt() != file.size()) {
            throw new RpcException(CallReason.TRANSFER_OFFSET, "not the next piece", "offset");
        }
        if (file.size() == 0) {
            try {
                first.call();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
        file.writeBytes(Base64.getDecoder().decode(params.get("data").getAsString()));
        return JsonParser.parseString("{\"transfer\":\"" + id + "\",\"bytes\":" + file.size() + "}");
    }

    /** Transfers that are under way, by their ids. */
    List<String> transfers() {
        return List.copyOf(transfers.keySet());
    }

    /** The file that was sent. */
    byte[] sent(String transfer) {
        return Optional.ofNullable(transfers.get(transfer)).orElseThrow().toByteArray();
    }
}
