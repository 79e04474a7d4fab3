package dev.nullbox.warden;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The power goes at any step of any write: what was acknowledged is there, and the vault opens. */
class VaultCrashTest {
    private static final int CUTS = 2_000;

    @Test
    void losesNothingThatWasAcknowledged() throws Exception {
        for (int seed = 0; seed < CUTS; seed++) {
            Random random = new Random(seed);
            MemoryFiles files = new MemoryFiles();
            files.cutPowerAtStep(random.nextInt(40), random);
            Map<String, String> acknowledged = new HashMap<>();
            String inDoubt = workUntilTheCut(files, random, acknowledged);
            check(files.afterPowerCut(random), acknowledged, inDoubt, seed);
        }
    }

    @Test
    void leavesTheOldVaultInForceWhenAWriteFails() throws Exception {
        MemoryFiles files = new MemoryFiles();
        Vault vault = Vaults.open(files);
        vault.set(Vaults.KEY, Vaults.secret("old"));
        files.cutPowerAtStep(0, new Random(0));
        try {
            vault.set(Vaults.KEY, Vaults.secret("new"));
            throw new AssertionError("the write was acknowledged");
        } catch (IOException e) {
            assertThat(e).hasMessageNotContaining("new");
        }
        assertThat(Vaults.value(vault, Vaults.KEY)).isEqualTo("old");
    }

    /** The name of the secret whose change was under way, or empty. */
    private static String workUntilTheCut(MemoryFiles files, Random random, Map<String, String> acknowledged)
            throws VaultException {
        String doing = "";
        try {
            if (!(Vaults.store(files, random.nextLong()).open()
                    instanceof VaultOpenResult.Opened(Vault vault, var _))) {
                throw new AssertionError("a new vault does not open");
            }
            for (int i = 0; i < 12; i++) {
                String name = "n" + random.nextInt(4);
                doing = name;
                if (random.nextInt(4) == 0) {
                    vault.delete(new SecretName(name));
                    acknowledged.remove(name);
                } else {
                    String value = "v" + i;
                    vault.set(new SecretName(name), Vaults.secret(value));
                    acknowledged.put(name, value);
                }
                doing = "";
            }
        } catch (IOException e) {
            return doing;
        }
        return doing;
    }

    private static void check(MemoryFiles after, Map<String, String> acknowledged, String inDoubt, int seed)
            throws Exception {
        VaultOpenResult result = Vaults.store(after, seed).open();
        if (!(result instanceof VaultOpenResult.Opened(Vault vault, boolean _))) {
            throw new AssertionError("seed " + seed + ": " + result);
        }
        for (int i = 0; i < 4; i++) {
            String name = "n" + i;
            if (name.equals(inDoubt)) {
                continue;
            }
            SecretName secret = new SecretName(name);
            if (acknowledged.containsKey(name)) {
                assertThat(Vaults.value(vault, secret))
                        .as("seed %d %s", seed, name)
                        .isEqualTo(acknowledged.get(name));
            } else {
                assertThat(vault.get(secret)).as("seed %d %s", seed, name).isEmpty();
            }
        }
    }
}
