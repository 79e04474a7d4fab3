package dev.nullbox.warden.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.tuple;

import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.warden.vault.VaultLimits;
import dev.nullbox.warden.vault.Vaults;
import dev.nullbox.warden.vault.crypto.Secret;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LeasesTest {
    private final AtomicLong nanos = new AtomicLong();
    private final List<String> expired = new ArrayList<>();
    private final Leases leases = new Leases(
            () -> Instant.ofEpochSecond(1_700_000_000L),
            nanos::get,
            (lease, names) -> expired.add(lease.agent() + names));

    @Test
    void givesAFetchedSecretSoManyTimesAndNoMore() throws Exception {
        grant("hello", "1", List.of(fetch(Vaults.KEY, 2, Optional.empty())));
        assertThat(value("hello", "1", Vaults.KEY)).isEqualTo("OPENAI_KEY@3");
        assertThat(only().state()).isEqualTo(Lease.State.ACTIVE);
        assertThat(value("hello", "1", Vaults.KEY)).isEqualTo("OPENAI_KEY@3");
        Vaults.refused(() -> value("hello", "1", Vaults.KEY), VaultReason.LEASE_SPENT);
        assertThat(only().state()).isEqualTo(Lease.State.SPENT);
    }

    @Test
    void usesUpNoReadWhenTheVaultRefuses() throws Exception {
        grant("hello", "1", List.of(fetch(Vaults.KEY, 1, Optional.empty())));
        Vaults.refused(
                () -> leases.fetch("hello", "1", Vaults.KEY, lent -> {
                    throw new RpcException(VaultReason.VAULT_SEALED, "sealed");
                }),
                VaultReason.VAULT_SEALED);
        assertThat(value("hello", "1", Vaults.KEY)).isEqualTo("OPENAI_KEY@3");
    }

    @Test
    void expiresByTheMonotonicClock() throws Exception {
        grant("hello", "1", List.of(fetch(Vaults.KEY, 9, Optional.of(60L)), file(Vaults.TOKEN)));
        long seq = leases.snapshot().seq();
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(60) - 1);
        value("hello", "1", Vaults.KEY);
        nanos.incrementAndGet();
        Vaults.refused(() -> value("hello", "1", Vaults.KEY), VaultReason.LEASE_EXPIRED);
        assertThat(leases.snapshot().seq()).isGreaterThan(seq);
        assertThat(only().state()).as("the file is still there").isEqualTo(Lease.State.ACTIVE);
        assertThat(only().until()).isEmpty();
        grant("short", "1", List.of(file(Vaults.KEY, 10L), file(Vaults.TOKEN, 20L)));
        assertThat(leases.snapshot().leases().getLast().until()).contains(1_700_000_020L);
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(20));
        assertThat(leases.snapshot().leases().getLast().state()).isEqualTo(Lease.State.EXPIRED);
        assertThat(leases.active()).isEqualTo(1);
        assertThat(expired).containsExactly("hello[OPENAI_KEY]", "short[OPENAI_KEY, token2]");
    }

    @Test
    void saysWhichLeaseANewerOneTakesThePlaceOf() throws Exception {
        Lease first = grant("hello", "1", List.of()).lease();
        assertThat(grant("other", "1", List.of()).ended()).isEmpty();
        assertThat(grant("hello", "2", List.of()).ended())
                .extracting(Lease::id, Lease::state)
                .containsExactly(tuple(first.id(), Lease.State.ENDED));
        assertThat(grant("hello", "3", List.of()).ended())
                .extracting(Lease::run)
                .containsExactly("2");
    }

    @Test
    void tellsRevokedFromEnded() throws Exception {
        grant("hello", "1", List.of(fetch(Vaults.KEY, 1, Optional.empty())));
        leases.end("hello", Optional.empty(), Lease.State.REVOKED);
        Vaults.refused(() -> value("hello", "1", Vaults.KEY), VaultReason.LEASE_REVOKED);
        assertThat(leases.end("hello", Optional.of("1"), Lease.State.ENDED))
                .as("it is over already")
                .isEmpty();
        Lease second = grant("hello", "2", List.of(fetch(Vaults.KEY, 1, Optional.empty())))
                .lease();
        assertThat(leases.end("hello", Optional.of("1"), Lease.State.ENDED))
                .as("a run that is over")
                .isEmpty();
        grant("hello", "3", List.of(fetch(Vaults.KEY, 1, Optional.empty())));
        Vaults.refused(() -> value("hello", "2", Vaults.KEY), VaultReason.LEASE_ENDED);
        assertThat(leases.end(second.id(), Lease.State.REVOKED)).isEmpty();
        assertThat(value("hello", "3", Vaults.KEY)).isEqualTo("OPENAI_KEY@3");
    }

    @Test
    void givesNothingThatIsNotInTheLease() throws Exception {
        grant("hello", "1", List.of(file(Vaults.KEY)));
        Vaults.refused(() -> value("hello", "1", Vaults.KEY), VaultReason.LEASE_NOT_FETCH);
        Vaults.refused(() -> value("hello", "1", Vaults.TOKEN), VaultReason.LEASE_UNKNOWN);
        Vaults.refused(() -> value("other", "1", Vaults.KEY), VaultReason.LEASE_UNKNOWN);
        Vaults.refused(() -> value("hello", "2", Vaults.KEY), VaultReason.LEASE_UNKNOWN);
    }

    @Test
    void tellsWaitersOfEveryChange() throws Exception {
        long seq = leases.snapshot().seq();
        assertThat(leases.await(seq - 1, 20_000).seq()).as("there is news").isEqualTo(seq);
        assertThat(leases.await(seq, 10).seq()).as("there is none in time").isEqualTo(seq);
        CompletableFuture<Leases.Snapshot> waiter = CompletableFuture.supplyAsync(() -> leases.await(seq, 20_000));
        Lease lease = grant("hello", "1", List.of(file(Vaults.KEY))).lease();
        assertThat(waiter.get(20, TimeUnit.SECONDS).leases())
                .extracting(Lease::id)
                .contains(lease.id());
        long granted = leases.snapshot().seq();
        CompletableFuture<Leases.Snapshot> next = CompletableFuture.supplyAsync(() -> leases.await(granted, 20_000));
        leases.end(lease.id(), Lease.State.REVOKED);
        assertThat(next.get(20, TimeUnit.SECONDS).leases())
                .extracting(Lease::state)
                .contains(Lease.State.REVOKED);
    }

    @Test
    void forgetsTheOldestThatIsOverAndNoOther() throws Exception {
        for (int i = 0; i < VaultLimits.MAX_LEASES - 1; i++) {
            grant("a" + i, "1", List.of());
        }
        grant("again", "1", List.of());
        Vaults.refused(() -> grant("more", "1", List.of()), VaultReason.TOO_MANY_LEASES);
        for (int run = 2; run < 9; run++) {
            grant("again", String.valueOf(run), List.of());
        }
        assertThat(leases.snapshot().leases()).hasSize(VaultLimits.MAX_LEASES);
        assertThat(leases.active()).isEqualTo(VaultLimits.MAX_LEASES);
    }

    @Test
    void leasesOfLiveRunsStayBesideANewOne() throws Exception {
        grant("hello", "1", List.of());
        leases.grant("hello", "2", List.of("1"), List.of(), leases.moment());
        leases.grant("hello", "3", List.of("2", "3"), List.of(), leases.moment());
        assertThat(leases.snapshot().leases())
                .extracting(Lease::run, Lease::state)
                .containsExactly(
                        tuple("1", Lease.State.ENDED), tuple("2", Lease.State.ACTIVE), tuple("3", Lease.State.ACTIVE));
        leases.end("hello", Optional.of("2"), Lease.State.ENDED);
        assertThat(leases.active()).isEqualTo(1);
    }

    private Lease only() {
        assertThat(leases.snapshot().leases()).hasSize(1);
        return leases.snapshot().leases().getFirst();
    }

    private String value(String agent, String run, SecretName name) throws Exception {
        try (Secret secret =
                leases.fetch(agent, run, name, lent -> Vaults.secret(lent.name() + "@" + lent.version()))) {
            return new String(secret.bytes(), StandardCharsets.UTF_8);
        }
    }

    private static LeaseRef fetch(SecretName name, int reads, Optional<Long> ttl) {
        return new LeaseRef(name, 3, 1, Optional.empty(), reads, ttl, LeaseRef.Delivery.FETCH);
    }

    private static LeaseRef file(SecretName name) {
        return new LeaseRef(name, 3, 1, Optional.empty(), 1, Optional.empty(), LeaseRef.Delivery.FILE);
    }

    private static LeaseRef file(SecretName name, long ttl) {
        return new LeaseRef(name, 3, 1, Optional.empty(), 1, Optional.of(ttl), LeaseRef.Delivery.FILE);
    }

    /** The vault may keep it waiting for longer than its run lives. */
    @Test
    void grantsNothingToARunThatWasEndedSinceItAsked() throws Exception {
        long asked = leases.moment();
        leases.end("hello", Optional.of("1"), Lease.State.ENDED);
        Vaults.refused(() -> leases.grant("hello", "1", List.of(), List.of(), asked), VaultReason.LEASE_ENDED);
        leases.grant("hello", "2", List.of(), List.of(), asked);
        leases.end("hello", Optional.empty(), Lease.State.REVOKED);
        Vaults.refused(() -> leases.grant("hello", "3", List.of(), List.of(), asked), VaultReason.LEASE_ENDED);
        leases.grant("other", "1", List.of(), List.of(), asked);
        assertThat(grant("hello", "1", List.of()).lease().state())
                .as("asked for anew, by a cage that counts anew")
                .isEqualTo(Lease.State.ACTIVE);
    }

    @Test
    void givesTheReadBackThatCameToNothingAndNothingOnceRevoked() throws Exception {
        grant("hello", "1", List.of(fetch(Vaults.KEY, 1, Optional.empty())));
        Vaults.refused(
                () -> leases.fetch("hello", "1", Vaults.KEY, lent -> {
                    Vaults.refused(() -> value("hello", "1", Vaults.KEY), VaultReason.LEASE_SPENT);
                    throw new RpcException(VaultReason.AUDIT_NOT_WRITTEN, "no record");
                }),
                VaultReason.AUDIT_NOT_WRITTEN);
        Secret given = Vaults.secret("value");
        Vaults.refused(
                () -> leases.fetch("hello", "1", Vaults.KEY, lent -> {
                    leases.end("hello", Optional.empty(), Lease.State.REVOKED);
                    return given;
                }),
                VaultReason.LEASE_REVOKED);
        assertThat(catchThrowable(given::bytes)).hasMessageContaining("wiped");
    }

    private Leases.Granted grant(String agent, String run, List<LeaseRef> refs) throws RpcException {
        return leases.grant(agent, run, List.of(), refs, leases.moment());
    }
}
