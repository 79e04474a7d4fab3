package dev.nullbox.warden.vault;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Inputs from consecutive seeds: {@code -Dvault.fuzz.rounds} of them, from {@code -Dvault.fuzz.seed} on. What fails names
 * the seed that makes it fail again, alone.
 */
final class Fuzz {
    private static final long SEED = Long.getLong("vault.fuzz.seed", 1);

    private Fuzz() {}

    /** Makes an input and tries it. */
    @FunctionalInterface
    interface Round {
        void run(RandomGenerator random) throws Exception;
    }

    /** Runs the rounds, or as many as the property says; whether these are the usual ones, of which more can be asked. */
    static boolean run(int usual, Round round) {
        int rounds = Integer.getInteger("vault.fuzz.rounds", usual);
        for (int i = 0; i < rounds; i++) {
            try {
                round.run(new SplittableRandom(SEED + i));
            } catch (Exception | AssertionError e) {
                throw new AssertionError("with -Dvault.fuzz.rounds=1 -Dvault.fuzz.seed=" + (SEED + i), e);
            }
        }
        return rounds >= usual;
    }

    static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    /** Once in so many times. */
    static boolean once(RandomGenerator random, int in) {
        return random.nextInt(in) == 0;
    }
}
