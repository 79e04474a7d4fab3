package dev.nullbox.gate.open;

import dev.nullbox.service.RateLimitedLog;
import java.io.IOException;
import java.util.Optional;

/**
 * Both sides of the gate's own TLS, tried out.
 *
 * @param certificates towards agents
 * @param upstreams towards hosts
 */
public record Opener(Certificates certificates, Upstreams upstreams) {
    /** The opener; empty when it does not work: connections that need none pass all the same, and the others are refused. */
    public static Optional<Opener> rehearsed(RateLimitedLog log) {
        try {
            Opener opener = new Opener(new Certificates(), Upstreams.open());
            Rehearsal.play(opener.certificates, opener.upstreams);
            if (opener.upstreams.publicCount() == 0) {
                log.warn("authorities", "no public authority is known: hosts need ca beside secret in AGENT.toml");
            }
            return Optional.of(opener);
        } catch (IOException failure) {
            log.warn("rehearsal", "no connection can be opened to put a secret in: " + failure.getMessage());
        } catch (RuntimeException bug) {
            log.warn("rehearsal", "no connection can be opened to put a secret in: " + RateLimitedLog.bug(bug));
        }
        return Optional.empty();
    }
}
