package dev.nullbox.cage.agent;

import dev.nullbox.manifest.Manifest;
import dev.nullbox.manifest.SecretRule;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.EgressContract;
import dev.nullbox.service.x509.RunAuthority;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Parts of one run for the secrets that the gate puts in: the authority that the run's guest trusts, and placeholders in the
 * variables of the agent. New for each run; the secrets themselves are not among them.
 *
 * @param authority its certificate goes to the guest, its key by way of egress to the gate
 * @param placeholders by the names of their variables
 */
record GateSecrets(RunAuthority authority, Map<String, String> placeholders) {
    private static final String DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final int LENGTH = 36;

    GateSecrets {
        placeholders = Map.copyOf(placeholders);
    }

    /** The parts of a run; empty when its manifest has no such secret. */
    static Optional<GateSecrets> of(RunSpec run) {
        List<SecretRule> rules = run.agent().manifest().capabilities().network().secrets();
        if (rules.isEmpty()) {
            return Optional.empty();
        }
        SecureRandom random = new SecureRandom();
        Map<String, String> placeholders = new TreeMap<>();
        for (SecretRule rule : rules) {
            placeholders.computeIfAbsent(rule.env(), _ -> rule.prefix() + digits(random));
        }
        List<String> hosts = rules.stream()
                .map(rule -> rule.target().name().value())
                .distinct()
                .toList();
        RunAuthority authority = RunAuthority.create("NullBox gate of " + run.name() + ", run " + run.number(), hosts);
        return Optional.of(new GateSecrets(authority, placeholders));
    }

    private static String digits(SecureRandom random) {
        StringBuilder digits = new StringBuilder();
        for (int i = 0; i < LENGTH; i++) {
            digits.append(DIGITS.charAt(random.nextInt(DIGITS.length())));
        }
        return digits.toString();
    }

    /**
     * The order to egress.
     *
     * @param manifest of the run at present, whose rules are among those that it began with
     */
    Message opening(long run, Manifest manifest) {
        List<Message> opened = manifest.capabilities().network().secrets().stream()
                .map(rule -> Message.of(
                                EgressContract.ENTRY.is(rule.target().text()),
                                EgressContract.SECRET.is(rule.secret()),
                                EgressContract.AS.is(rule.as()),
                                EgressContract.PLACEHOLDER.is(placeholder(rule)))
                        .and(EgressContract.CA, rule.ca()))
                .toList();
        return Message.of(
                Fields.RUN.is(run),
                EgressContract.AUTHORITY.is(authority.encodedCertificate()),
                EgressContract.AUTHORITY_KEY.is(authority.encodedKey()),
                EgressContract.OPENED.is(opened));
    }

    private String placeholder(SecretRule rule) {
        String placeholder = placeholders.get(rule.env());
        if (placeholder == null) {
            throw new IllegalStateException("a rule has no placeholder: " + rule.env());
        }
        return placeholder;
    }

    /** Without the placeholders: they are of no use elsewhere, and are nobody's business. */
    @Override
    public String toString() {
        return "secrets of the gate in " + placeholders.keySet();
    }
}
