package dev.nullbox.cage.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import dev.nullbox.cage.agent.ServiceClients;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.api.VaultContract;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcLimits;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.rpc.RpcServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaseRevokerTest {
    @TempDir
    Path base;

    private final BlockingQueue<String> ended = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> refused = new LinkedBlockingQueue<>();
    private final Set<String> refusing = ConcurrentHashMap.newKeySet();

    private RpcServer warden() throws IOException {
        RpcMethod revoke = new RpcMethod(
                "vault.revoke", Set.of(System.getProperty("user.name")), (caller, params) -> revoke(params));
        return RpcServer.listen(base.resolve("warden.sock"), List.of(revoke), RpcLimits.defaults());
    }

    private JsonObject revoke(JsonObject params) throws RpcException {
        String run = params.get("agent").getAsString() + " " + params.get("run").getAsLong();
        if (refusing.contains(run)) {
            refused.add(run);
            throw new RpcException(CallReason.BUG, "not now");
        }
        ended.add(run);
        return Codec.encode(VaultContract.REVOKED.is(1L));
    }

    private LeaseRevoker start() {
        return LeaseRevoker.start(new ServiceClients(base, Duration.ofSeconds(10))::revoke);
    }

    private static @Nullable String next(BlockingQueue<String> runs) throws InterruptedException {
        return runs.poll(20, TimeUnit.SECONDS);
    }

    @Test
    void revocationThatSucceedsIsNotRepeated() throws Exception {
        LeaseRevoker ends = start();
        try (RpcServer _ = warden()) {
            ends.end(new AgentName("one"), 1);
            ends.end(new AgentName("two"), 7);
            assertThat(ended).containsExactly("one 1", "two 7");
        }
    }

    /** Regression: it was called once, and the lease stayed in force. */
    @Test
    void revocationIsRetriedUntilWardenIsUp() throws Exception {
        LeaseRevoker ends = start();
        for (long run = 3; run <= 4; run++) {
            long number = run;
            assertThatThrownBy(() -> ends.end(new AgentName("one"), number))
                    .isInstanceOf(RpcException.class)
                    .hasMessageEndingWith("retrying until it succeeds");
        }
        try (RpcServer _ = warden()) {
            assertThat(List.of(String.valueOf(next(ended)), String.valueOf(next(ended))))
                    .containsExactlyInAnyOrder("one 3", "one 4");
            // Not again: another that is owed comes next.
            refusing.add("two 1");
            assertThatThrownBy(() -> ends.end(new AgentName("two"), 1)).isInstanceOf(RpcException.class);
            refusing.clear();
            assertThat(next(ended)).isEqualTo("two 1");
            assertThat(ended).isEmpty();
        }
    }

    @Test
    void oneThatCannotBeEndedDoesNotHoldUpTheOthers() throws Exception {
        LeaseRevoker ends = start();
        refusing.add("one 1");
        refusing.add("two 1");
        try (RpcServer _ = warden()) {
            assertThatThrownBy(() -> ends.end(new AgentName("one"), 1)).hasMessageContaining("not now");
            assertThatThrownBy(() -> ends.end(new AgentName("two"), 1)).hasMessageContaining("not now");
            refusing.remove("two 1");
            assertThat(next(ended)).isEqualTo("two 1");
            refused.clear();
            assertThat(next(refused)).isEqualTo("one 1");
        }
    }

    @Test
    void pendingRevocationsAreBounded() {
        LeaseRevoker ends = start();
        for (long run = 1; run <= 1_000; run++) {
            long number = run;
            assertThatThrownBy(() -> ends.end(new AgentName("one"), number)).hasMessageContaining("retrying");
        }
        assertThatThrownBy(() -> ends.end(new AgentName("one"), 1_001))
                .hasMessageEndingWith("not retried; revoke the leases of one");
    }
}
