package dev.nullbox.warden.vault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.rpc.RpcException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * The power goes at any step of any write, and what was not synced reaches the disk in any part: what was acknowledged
 * is there, what was under way is there or not, and the vault opens.
 */
class VaultCrashTest {
    private static final long SEED = Long.getLong("nullbox.test.seed", 0);
    private static final int CUTS = 10_000;
    private static final int CHANGES = 6;

    @Test
    void losesNothingThatWasAcknowledged() throws Exception {
        int adopted = 0;
        int cuts = 0;
        // Some of the steps that are drawn lie beyond the last one: those are no cuts.
        for (int seed = 0; cuts < CUTS; seed++) {
            Random random = new Random(SEED + seed);
            MemoryFiles files = new MemoryFiles();
            Vaults.create(files).close();
            files.cutPowerAtStep(random.nextInt(4 * CHANGES));
            Work work = new Work();
            work.until(files, random);
            MemoryFiles after = files.afterPowerCut(random);
            Map<String, String> found = contents(after, seed);
            assertThat(List.of(work.acknowledged, work.underWay))
                    .as("seed %d", seed)
                    .contains(found);
            cuts += work.isCut ? 1 : 0;
            adopted += found.equals(work.underWay) && !found.equals(work.acknowledged) ? 1 : 0;
            worksOn(after, found, seed);
        }
        assertThat(adopted).as("cuts after which the change was there").isBetween(CUTS / 50, 2 * CUTS / 3);
    }

    /** A step fails, warden goes on, and then the power goes: what was acknowledged after the failure counts too. */
    @Test
    void losesNothingAfterAFailedWrite() throws Exception {
        for (int seed = 0; seed < CUTS / 4; seed++) {
            Random random = new Random(SEED + seed);
            MemoryFiles files = new MemoryFiles();
            Vault vault = Vaults.create(files);
            files.failOnce(random.nextInt(16));
            Map<String, String> acknowledged = Map.of();
            Map<String, String> doubtful = Map.of();
            for (int i = 0; i < CHANGES; i++) {
                try {
                    if (change(vault, random, "v" + i)) {
                        acknowledged = Vaults.contents(vault);
                        doubtful = acknowledged;
                    }
                } catch (IOException e) {
                    doubtful = Map.of("the failed change", "may be there");
                }
            }
            if (doubtful.equals(acknowledged)) {
                assertThat(contents(files.afterPowerCut(random), seed))
                        .as("seed %d", seed)
                        .isEqualTo(acknowledged);
            }
        }
    }

    /** Acknowledged state of the vault, and its state with the change under way. */
    private static final class Work {
        private Map<String, String> acknowledged = Map.of();
        private Map<String, String> underWay = Map.of();
        private boolean isCut;

        private void until(MemoryFiles files, Random random) throws RpcException {
            MemoryFiles twin = new MemoryFiles();
            twin.put("vault", files.bytes("vault"));
            try {
                Vault vault = Vaults.open(files);
                Vault same = Vaults.open(twin);
                for (int i = 0; i < CHANGES; i++) {
                    long seed = random.nextLong();
                    change(same, new Random(seed), "v" + i);
                    underWay = Vaults.contents(same);
                    change(vault, new Random(seed), "v" + i);
                    acknowledged = underWay;
                }
            } catch (IOException e) {
                assertThat(e).hasMessage("power cut");
                isCut = true;
            }
        }
    }

    /** Makes a change, or none where the vault refuses it; whether it did. */
    private static boolean change(Vault vault, Random random, String value) throws IOException {
        SecretName name = new SecretName("n" + random.nextInt(3));
        try {
            switch (random.nextInt(8)) {
                case 0 -> vault.delete(name);
                case 1 -> vault.undelete(name);
                case 2 -> vault.destroy(name, Optional.of(1));
                case 3 -> vault.destroy(name, Optional.empty());
                default -> vault.set(name, Vaults.secret(value.repeat(random.nextInt(6) == 0 ? 700 : 2)), false);
            }
            return true;
        } catch (RpcException e) {
            assertThat(Vaults.reason(e))
                    .isIn(
                            VaultReason.SECRET_UNKNOWN,
                            VaultReason.SECRET_DELETED,
                            VaultReason.SECRET_NOT_DELETED,
                            VaultReason.VERSION_DESTROYED,
                            VaultReason.VERSION_UNKNOWN);
            return false;
        }
    }

    private static Map<String, String> contents(MemoryFiles files, int seed) throws Exception {
        VaultOpenResult result = Vaults.store(files, seed).open(Vaults.key());
        if (result instanceof VaultOpenResult.Opened(Vault vault, int _)) {
            return Vaults.contents(vault);
        }
        throw new AssertionError("seed " + seed + ": " + result);
    }

    private static void worksOn(MemoryFiles files, Map<String, String> found, int seed) throws Exception {
        Vault vault = Vaults.open(files);
        Vaults.set(vault, Vaults.TOKEN, "after the cut");
        Map<String, String> expected = new TreeMap<>(found);
        expected.put(Vaults.TOKEN.value(), "[1=after the cut]");
        assertThat(contents(files, seed)).as("seed %d", seed).isEqualTo(expected);
    }
}
