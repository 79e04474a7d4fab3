package dev.nullbox.manifest;

import dev.nullbox.manifest.Authority.Right;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Difference between the rights of two manifests. Growth has the rights of the new manifest that no right of the old
 * one covers, shrinkage the reverse. A right that was changed is in both.
 *
 * @param growth sorted by subject and value
 * @param shrinkage sorted likewise
 */
public record AuthorityDiff(List<Change> growth, List<Change> shrinkage) {
    /** Digits of a hash that identify it. */
    public static final int SHORT_HASH = 16;

    /**
     * A right that one of two manifests gives, and the other one does not.
     *
     * @param subject its key
     * @param value the value in the manifest that gives it
     * @param other the value in the other manifest, where the subject has one right at most
     */
    public record Change(String subject, String value, Optional<String> other) {
        private String right() {
            return subject + " " + value;
        }

        /** The line of a right that grows, in printable ASCII. */
        public String grown() {
            return "+ " + right() + other.map(was -> " (was " + was + ")").orElse("");
        }

        /** The line of a right that shrinks, in printable ASCII. */
        public String shrunk() {
            return "- " + right() + other.map(is -> " (now " + is + ")").orElse("");
        }
    }

    public AuthorityDiff {
        growth = List.copyOf(growth);
        shrinkage = List.copyOf(shrinkage);
    }

    /** The rights that the new manifest adds and removes. */
    public static AuthorityDiff between(Authority old, Authority next) {
        return new AuthorityDiff(beyond(next, old), beyond(old, next));
    }

    private static List<Change> beyond(Authority one, Authority other) {
        List<Change> changes = new ArrayList<>();
        for (Right right : one.rights()) {
            if (other.rights().stream().noneMatch(wider -> wider.covers(right))) {
                changes.add(new Change(right.subject(), right.value(), counterpart(right, other)));
            }
        }
        return changes.stream()
                .distinct()
                .sorted((a, b) -> a.right().compareTo(b.right()))
                .toList();
    }

    private static Optional<String> counterpart(Right right, Authority other) {
        return other.rights().stream()
                .filter(same -> right.isOnly() && same.subject().equals(right.subject()))
                .map(Right::value)
                .findFirst();
    }

    /** Tells whether nothing changed. */
    public boolean isEmpty() {
        return growth.isEmpty() && shrinkage.isEmpty();
    }

    /** One line a change, those that grow first, each kind sorted. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        growth.forEach(change -> lines.add(change.grown()));
        shrinkage.forEach(change -> lines.add(change.shrunk()));
        return lines;
    }

    /** SHA-256 of the lines that grow, each with a line feed after it; 64 hexadecimal digits. */
    public String hash() {
        return Authority.sha256(
                growth.stream().map(change -> change.grown() + "\n").collect(Collectors.joining()));
    }

    /** Tells whether the text is the hash of this growth, or its first {@link #SHORT_HASH} digits. */
    public boolean isAcceptedBy(String text) {
        return text.equals(hash()) || text.equals(hash().substring(0, SHORT_HASH));
    }
}
