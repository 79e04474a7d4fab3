package dev.nullbox.cage.guest;

import dev.nullbox.protocol.guest.GuestCall;
import dev.nullbox.protocol.guest.GuestCopy;
import dev.nullbox.protocol.guest.GuestOp;
import dev.nullbox.protocol.guest.GuestTag;
import java.util.List;
import java.util.Optional;

/**
 * A copy between an agent's files and a tar stream.
 *
 * @param path an absolute path of the agent's
 * @param words of {@link GuestCopy}
 */
public record CopyRequest(String path, List<String> words) implements ToolRequest {
    public CopyRequest {
        words = List.copyOf(words);
    }

    /** What is wrong with it; empty when nothing is. */
    public Optional<String> problem() {
        return path.startsWith("/") && path.indexOf(0) < 0
                ? Optional.empty()
                : Optional.of("the path is an absolute one, which begins with / and has no NUL");
    }

    @Override
    public GuestOp op() {
        return GuestOp.COPY;
    }

    @Override
    public GuestCall.Fields fields(String token) {
        return new GuestCall.Fields()
                .add(GuestTag.TOKEN, token)
                .add(GuestTag.PATH, path)
                .addAll(GuestTag.WORD, words);
    }
}
