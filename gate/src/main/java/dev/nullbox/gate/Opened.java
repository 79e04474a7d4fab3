package dev.nullbox.gate;

import dev.nullbox.gate.open.ByteQueue;
import dev.nullbox.gate.open.HeldSecret;
import dev.nullbox.gate.open.OpenRule;
import dev.nullbox.gate.open.Opener;
import dev.nullbox.gate.open.RefusedException;
import dev.nullbox.gate.open.RequestFilter;
import dev.nullbox.gate.open.ResponseFilter;
import dev.nullbox.gate.open.Substitution;
import dev.nullbox.gate.open.TlsPipe;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Errno;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * Connection that the gate opens: TLS with the agent in the host's name, TLS with the host, and between them the secrets in
 * requests. The agent's handshake and the host's go on beside each other; what the agent asks is read once the host is there.
 * All methods are the loop's.
 */
final class Opened {
    /** Bytes that wait for a socket, beyond which the other side is not read. */
    private static final int MOST_WAITING = 64 * 1024;

    private static final String UNAVAILABLE = "503 Service Unavailable";
    private static final String CLIENT_ERROR = "4";
    private static final String BAD_GATEWAY = "502 Bad Gateway";

    private final Gate gate;
    private final Opener opener;
    private final String host;
    private final InetSocketAddress to;
    private final Side agent;
    private final TlsPipe agentTls;
    private final ByteQueue toAgent = new ByteQueue();
    private final ByteQueue toFar = new ByteQueue();
    private Optional<Side> far = Optional.empty();
    private Optional<TlsPipe> farTls = Optional.empty();
    private Optional<Filters> filters = Optional.empty();
    private Optional<Failure> failure = Optional.empty();
    private boolean isConnected;
    private boolean isFinished;
    private boolean hasFailed;

    /**
     * Both directions' filters.
     *
     * @param secrets those of its requests; when one is wiped, the connection ends
     */
    private record Filters(List<HeldSecret> secrets, RequestFilter requests, ResponseFilter answers) {}

    /** Cause why the host is not reached, which the agent is told in HTTP. */
    private record Failure(String status, String why) {}

    /** State after a step. */
    enum State {
        /** It goes on with the next event. */
        OPEN,
        /** It has more to do at once. */
        BUSY,
        /** All was said: the agent may read it, and is closed. */
        FINISHED,
        /** It ends by a reset. */
        BROKEN
    }

    /**
     * @param host the name that the connection states
     * @throws IOException when the run's authority cannot be used
     */
    Opened(Gate gate, OpenRule rule, String host, InetSocketAddress to, Side agent) throws IOException {
        this.gate = gate;
        this.host = host;
        this.to = to;
        this.agent = agent;
        try {
            this.opener = gate.opener();
            this.agentTls = opener.certificates().open(rule, host);
        } catch (GeneralSecurityException e) {
            throw new IOException("the authority of a run cannot be used: " + e.getMessage(), e);
        }
    }

    /** Goes on with the secrets: the host is connected to. The socket, which the caller watches; empty when that failed. */
    Optional<Side> secrets(OpenRule rule, List<HeldSecret> secrets) {
        List<Substitution> substitutions = new ArrayList<>();
        for (int i = 0; i < secrets.size(); i++) {
            OpenRule.PutIn putIn = rule.putIn().get(i);
            substitutions.add(new Substitution(putIn.as(), putIn.placeholder(), secrets.get(i)));
        }
        RequestFilter requests = new RequestFilter(host, to.getPort(), substitutions);
        filters = Optional.of(new Filters(List.copyOf(secrets), requests, new ResponseFilter(requests, secrets)));
        try {
            farTls = Optional.of(opener.upstreams().open(host, to.getPort(), rule.ca()));
            Side side = new Side(gate.tcp().dial(to));
            far = Optional.of(side);
            return far;
        } catch (GeneralSecurityException | SSLException e) {
            fail(BAD_GATEWAY, "the authorities of " + host + " cannot be used: " + e.getMessage());
        } catch (SyscallException e) {
            fail(BAD_GATEWAY, host + " is allowed, but cannot be connected to");
        }
        return Optional.empty();
    }

    /** Goes on without secrets, which the agent is told. */
    void refused(String why) {
        fail(UNAVAILABLE, why);
    }

    /** The host does not answer in time, or is gone. */
    void unreachable(String why) {
        fail(BAD_GATEWAY, host + " is allowed, but " + why);
    }

    /** Tells whether the host's handshake is not over, so that its time is bounded. */
    boolean isWaiting() {
        return failure.isEmpty() && !isHostReady();
    }

    private boolean isHostReady() {
        return farTls.isPresent() && isConnected && farTls.get().isReady();
    }

    /** Tells whether the last answer was the gate's own. */
    boolean hasFailed() {
        return hasFailed;
    }

    /** Tells whether a secret of it was wiped. */
    boolean isWithout() {
        return filters.isPresent() && filters.get().secrets().stream().anyMatch(HeldSecret::isClosed);
    }

    private void fail(String status, String why) {
        if (failure.isEmpty()) {
            failure = Optional.of(new Failure(status, why));
        }
    }

    /** Gives out what was held back for a while in which nothing came. */
    void tick() {
        try {
            if (filters.isPresent() && !isWithout() && !isFinished && agentTls.isReady()) {
                filters.get().answers().release(toAgent);
                agentTls.write(toAgent);
            }
        } catch (SSLException | RefusedException e) {
            fail(BAD_GATEWAY, "the connection failed");
        }
    }

    /** Goes on as far as it can in one turn. */
    State proceed() {
        try {
            return step();
        } catch (RefusedException refused) {
            gate.log().warn("open connections", "a connection to " + host + " ends: " + refused.why());
            return answer(refused.status(), refused.why());
        } catch (SSLException failed) {
            // An alert may be on its way: it is sent, and then the connection ends.
            return flush(agent, agentTls.toSend()) && agentTls.toSend().size() == 0 ? State.FINISHED : State.BROKEN;
        }
    }

    private State step() throws SSLException, RefusedException {
        if (isWithout()) {
            return State.BROKEN;
        }
        boolean isAgentRead = mayReadAgent() && receive(agent, agentTls);
        boolean isFarRead = false;
        if (!agentTls.isReady()) {
            agentTls.handshake();
        }
        if (far.isPresent() && failure.isEmpty()) {
            isFarRead = proceedFar(far.get(), farTls.orElseThrow());
        }
        if (!isFinished && agentTls.isReady() && failure.isPresent()) {
            return answer(failure.get().status(), failure.get().why());
        }
        if (!isFinished && agentTls.isReady() && isHostReady()) {
            exchange(filters.orElseThrow(), farTls.orElseThrow());
        }
        return sent(isAgentRead || isFarRead);
    }

    private State sent(boolean isRead) {
        if (!flush(agent, agentTls.toSend())) {
            return State.BROKEN;
        }
        if (isFinished) {
            return agentTls.toSend().size() == 0 ? State.FINISHED : State.OPEN;
        }
        boolean isFarSent = far.isEmpty()
                || !isConnected
                || flush(far.get(), farTls.orElseThrow().toSend());
        if (!isFarSent) {
            fail(BAD_GATEWAY, host + " is allowed, but has closed the connection");
            return filters.orElseThrow().answers().isBetween() ? State.BUSY : State.BROKEN;
        }
        boolean hasEnded = agent.hasEnded || agentTls.isEnded();
        if (hasEnded
                && (!agentTls.isReady()
                        || filters.isEmpty()
                        || filters.get().requests().isAnswered())) {
            return State.FINISHED;
        }
        return isRead || hasMore() ? State.BUSY : State.OPEN;
    }

    private boolean mayReadAgent() {
        boolean isFull = farTls.isPresent() && farTls.get().toSend().size() >= MOST_WAITING;
        boolean isHandshake = !agentTls.isReady() || isHostReady();
        return isHandshake
                && !isFinished
                && !isFull
                && agentTls.unread() < MOST_WAITING
                && filters.map(one -> one.requests().takesMore()).orElse(true);
    }

    private boolean mayReadFar(TlsPipe tls) {
        return agentTls.toSend().size() < MOST_WAITING && tls.unread() < MOST_WAITING;
    }

    /** Tells whether a socket has more that may be read now, which no further event tells. */
    private boolean hasMore() {
        boolean isAgents = agent.isReadable && !agent.hasEnded && mayReadAgent();
        boolean isFars = far.isPresent()
                && failure.isEmpty()
                && isConnected
                && far.get().isReadable
                && !far.get().hasEnded
                && mayReadFar(farTls.orElseThrow());
        return isAgents || isFars;
    }

    /** Handshakes with the host; what it sends is read in {@link #exchange}. */
    private boolean proceedFar(Side side, TlsPipe tls) {
        if (!isConnected) {
            if (!side.isWritable) {
                return false;
            }
            if (gate.tcp().error(side.fd) != 0) {
                fail(BAD_GATEWAY, host + " is allowed, but it refuses the connection");
                return false;
            }
            isConnected = true;
            side.isReadable = true;
        }
        boolean isRead = mayReadFar(tls) && receive(side, tls);
        if (!tls.isReady()) {
            try {
                tls.handshake();
                if (side.hasEnded && !tls.isReady()) {
                    fail(BAD_GATEWAY, host + " is allowed, but ends the connection in the handshake");
                }
            } catch (SSLException refused) {
                String why = String.valueOf(refused.getMessage());
                gate.log().warn("open connections", "the TLS of " + host + " is refused: " + why);
                var _ = flush(side, tls.toSend());
                fail(
                        BAD_GATEWAY,
                        "the TLS of " + host + " is refused: " + why
                                + "; an authority of its own is named by ca beside secret in AGENT.toml");
            }
        }
        return isRead;
    }

    private void exchange(Filters both, TlsPipe hosts) throws SSLException, RefusedException {
        agentTls.read((bytes, offset, length) -> both.requests().push(bytes, offset, length, toFar));
        both.requests().proceed(toFar);
        hosts.write(toFar);
        hosts.read((bytes, offset, length) -> both.answers().push(bytes, offset, length, toAgent));
        agentTls.write(toAgent);
        boolean isOver = hosts.isEnded() || far.orElseThrow().hasEnded;
        if (isOver) {
            boolean isWhole = both.answers().end(hosts.isEnded(), toAgent);
            agentTls.write(toAgent);
            if (!isWhole) {
                throw new SSLException("the host has cut its answer off");
            }
            if (!both.requests().isAnswered()) {
                throw new SSLException("the host has ended without an answer");
            }
            finish();
        }
    }

    private void finish() throws SSLException {
        agentTls.finish();
        isFinished = true;
    }

    /** Tells the agent in HTTP, unless an answer is on its way already. */
    private State answer(String status, String why) {
        // An earlier request's answer is another: it must not be taken for this one.
        boolean isBetween = filters.map(one ->
                        one.answers().isBetween() && (one.requests().isAnswered() || !status.startsWith(CLIENT_ERROR)))
                .orElse(true);
        hasFailed = true;
        if (!agentTls.isReady() || !isBetween || isFinished) {
            return State.BROKEN;
        }
        try {
            toAgent.add(ResponseFilter.own(status, why));
            agentTls.write(toAgent);
            finish();
        } catch (SSLException gone) {
            return State.BROKEN;
        }
        closeFar();
        return sent(false);
    }

    /** Takes what a socket has received; true when there may be more. */
    private boolean receive(Side side, TlsPipe tls) {
        if (!side.isReadable || side.hasEnded) {
            return false;
        }
        byte[] buffer = gate.buffer();
        return switch (gate.tcp().receive(side.fd, buffer)) {
            case SysResult.Ok(long count)
            when count == 0 -> {
                side.hasEnded = true;
                yield true;
            }
            case SysResult.Ok(long count) -> {
                tls.receive(buffer, (int) count);
                yield true;
            }
            case SysResult.Failed(int errno) -> {
                side.isReadable = false;
                side.hasEnded = errno != Errno.EAGAIN;
                yield side.hasEnded;
            }
        };
    }

    /** Sends what the socket takes; false when it is broken. */
    private boolean flush(Side side, ByteQueue bytes) {
        while (bytes.size() > 0 && side.isWritable) {
            SysResult sent = gate.tcp().send(side.fd, bytes.array(), bytes.start(), bytes.size());
            if (sent instanceof SysResult.Ok(long taken)) {
                bytes.take((int) taken);
            } else if (sent.failedWith(Errno.EAGAIN)) {
                side.isWritable = false;
            } else {
                return false;
            }
        }
        return true;
    }

    private void closeFar() {
        far.ifPresent(side -> gate.tcp().reset(side.fd));
        far = Optional.empty();
    }

    /** Frees all but the agent's socket; what it held of secrets is wiped. */
    void close() {
        closeFar();
        filters.ifPresent(one -> one.answers().close());
        toFar.take(toFar.size());
        toAgent.take(toAgent.size());
    }

    /** The host's socket; an event of it goes there. */
    Optional<Side> far() {
        return far;
    }
}
