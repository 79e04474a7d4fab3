package dev.nullbox.cage.guest;

import dev.nullbox.protocol.guest.FrameKind;
import dev.nullbox.protocol.guest.GuestCall;
import dev.nullbox.protocol.guest.GuestOp;
import dev.nullbox.protocol.guest.GuestProtocol;
import dev.nullbox.protocol.guest.GuestTag;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Request for a program beside an agent.
 *
 * @param words the command
 * @param env NAME=value, beside the agent's own
 * @param user in the form of agent.user; empty for the agent's own
 * @param workdir an absolute path; empty for the agent's own
 * @param terminal the size of a terminal of its own; absent for three streams
 */
public record ExecRequest(List<String> words, List<String> env, String user, String workdir, Optional<Window> terminal)
        implements ToolRequest {
    /** Size of a terminal. */
    public record Window(int rows, int columns) {}

    /** The longest text that a program accepts as one argument or variable, its NUL included. Source: execve(2). */
    private static final int LONGEST_TEXT = 131_071;

    public ExecRequest {
        words = List.copyOf(words);
        env = List.copyOf(env);
    }

    /** The fault of the request; empty when there is none. */
    public Optional<String> problem() {
        if (words.isEmpty() || words.getFirst().isEmpty()) {
            return Optional.of("the first word is the program's name, and cannot be empty");
        }
        if (!workdir.isEmpty() && !workdir.startsWith("/")) {
            return Optional.of("workdir is an absolute path, which begins with /");
        }
        if (env.stream().anyMatch(variable -> variable.indexOf('=') < 1)) {
            return Optional.of("a variable is NAME=value");
        }
        if (Stream.of(words, env, List.of(user, workdir))
                .flatMap(List::stream)
                .anyMatch(text -> text.indexOf(0) >= 0 || text.length() > LONGEST_TEXT)) {
            return Optional.of("a word or variable has no NUL and at most " + LONGEST_TEXT + " bytes");
        }
        int size = GuestCall.of(GuestOp.EXEC, 0).frame(FrameKind.CALL).payload().length
                + fields("").encode().length;
        return size > GuestProtocol.MAX_PAYLOAD - LONGEST_TOKEN
                ? Optional.of("words and variables together have " + size + " bytes; there may be "
                        + (GuestProtocol.MAX_PAYLOAD - LONGEST_TOKEN))
                : Optional.empty();
    }

    private static final int LONGEST_TOKEN = 64;

    @Override
    public GuestOp op() {
        return GuestOp.EXEC;
    }

    @Override
    public GuestCall.Fields fields(String token) {
        GuestCall.Fields fields = new GuestCall.Fields()
                .add(GuestTag.TOKEN, token)
                .addAll(GuestTag.WORD, words)
                .addAll(GuestTag.ENV, env)
                .add(GuestTag.USER, user)
                .add(GuestTag.WORKDIR, workdir);
        terminal.ifPresent(window -> fields.add(GuestTag.TERMINAL, 1)
                .add(GuestTag.ROWS, window.rows())
                .add(GuestTag.COLUMNS, window.columns()));
        return fields;
    }
}
