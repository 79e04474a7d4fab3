package dev.nullbox.cage.guest;

import dev.nullbox.protocol.guest.Frame;
import dev.nullbox.protocol.guest.FrameKind;
import dev.nullbox.protocol.guest.GuestCall;
import java.io.EOFException;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Java tools of one guest, started when a program is first requested. Each connection that they dial carries a token
 * that is used once: no other process in the guest can impersonate them.
 */
final class GuestTools {
    private static final int TOKEN_BYTES = 16;
    /** Time from the request to the connection that results from it. */
    private static final Duration ARRIVAL = Duration.ofSeconds(20);

    private static final Duration LONGEST_CALL = Duration.ofSeconds(10);
    /** The tools send nothing unasked. */
    private static final Duration SILENCE = Duration.ofDays(36_500);

    /** A requested program, until its streams are connected. */
    private record Awaited(ExecSession session, CompletableFuture<Boolean> arrived) {}

    private final SecureRandom random = new SecureRandom();
    private final Map<String, Awaited> streams = new HashMap<>();
    private String token = "";
    private CompletableFuture<GuestCalls> calls = new CompletableFuture<>();

    private String newToken() {
        byte[] bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Runs a program; returns when its streams are connected. */
    ExecSession run(GuestControl init, ToolRequest request) throws IOException {
        GuestCalls tools = connected(init);
        String ticket = newToken();
        Awaited awaited = new Awaited(new ExecSession(), new CompletableFuture<>());
        synchronized (this) {
            streams.put(ticket, awaited);
        }
        boolean isUp = false;
        try {
            tools.command(request.op(), request.fields(ticket), LONGEST_CALL);
            await(awaited.arrived(), "the guest's tools opened no stream for the program");
            isUp = true;
            return awaited.session();
        } finally {
            if (!isUp) {
                // Its token stays: streams that come late were requested, and are closed.
                awaited.session().close();
            }
        }
    }

    /** The tools, started if they do not run; one thread at a time starts them. */
    private GuestCalls connected(GuestControl init) throws IOException {
        CompletableFuture<GuestCalls> arriving;
        String said = null;
        synchronized (this) {
            if (token.isEmpty() && !calls.isDone()) {
                token = newToken();
                said = token;
            }
            arriving = calls;
        }
        try {
            if (said != null) {
                init.startTools(said);
            }
            return await(arriving, "the guest's tools did not come up");
        } catch (IOException e) {
            giveUp(said);
            throw e;
        }
    }

    private synchronized void giveUp(@Nullable String said) {
        if (said != null && said.equals(token)) {
            token = "";
        }
    }

    private static <T> T await(CompletableFuture<T> arrival, String late) throws IOException {
        try {
            return arrival.get(ARRIVAL.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IOException(late + " within " + ARRIVAL.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw new IOException(String.valueOf(e.getCause()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted before the guest's tools came", e);
        }
    }

    /** Serves the tools' control connection until they end. */
    void serve(FrameChannel channel, String said) throws IOException {
        GuestCalls arrived = new GuestCalls(channel);
        synchronized (this) {
            if (token.isEmpty() || !token.equals(said)) {
                throw uninvited();
            }
            token = "";
            calls.complete(arrived);
        }
        try {
            while (true) {
                Frame frame = channel.read(SILENCE);
                if (frame.kind() != FrameKind.ANSWER) {
                    throw new IOException("the guest's tools sent " + frame + " in place of an answer");
                }
                arrived.answered(GuestCall.parse(frame.payload()));
            }
        } catch (EOFException e) {
            // The init prints the cause on its console; the next program starts them anew.
        } finally {
            synchronized (this) {
                calls = new CompletableFuture<>();
            }
            arrived.fail("the guest's tools have ended");
        }
    }

    /** Serves a program's streams until it has ended. */
    void stream(FrameChannel channel, String said) throws IOException {
        Awaited awaited;
        synchronized (this) {
            awaited = streams.remove(said);
        }
        if (awaited == null) {
            throw uninvited();
        }
        try {
            awaited.session().serve(channel, () -> awaited.arrived().complete(true));
        } catch (EOFException e) {
            // The session reports it.
        }
    }

    private static IOException uninvited() {
        return new IOException("the guest opened a connection that was not requested");
    }
}
