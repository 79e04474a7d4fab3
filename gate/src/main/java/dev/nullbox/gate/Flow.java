package dev.nullbox.gate;

import dev.nullbox.gate.head.HttpStream;
import dev.nullbox.gate.head.Inspection;
import dev.nullbox.gate.head.Inspector;
import dev.nullbox.gate.head.Inspectors;
import dev.nullbox.gate.open.HeldSecret;
import dev.nullbox.gate.open.OpenRule;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Errno;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Connection of an agent through the gate, from its acceptance to its end. Bytes are copied out of one socket's queue
 * into the other's, and leave the first only once the second has them: the gate holds none, and a side that does not
 * read stops the other one. One that egress has opened goes on as {@link Opened}. All methods are the loop's.
 */
final class Flow {
    /** Copies of a buffer in one turn, so that no connection keeps the others waiting. */
    private static final int COPIES = 8;

    private static final byte[] ACCESS_DENIED = {21, 3, 3, 0, 2, 2, 49};
    private static final byte[] UNRECOGNIZED_NAME = {21, 3, 3, 0, 2, 2, 112};

    private enum State {
        /** Its head is read. */
        HEAD,
        /** Egress is asked. */
        ASKED,
        /** The far side is connected to. */
        DIALLED,
        /** Bytes pass. */
        OPEN,
        /** Its TLS is opened. */
        OPENED,
        /** The agent is told why not. */
        REFUSED,
        ENDED
    }

    private final long key;
    private final TcpSockets.Accepted accepted;
    private final Gate gate;
    private final Side agent;
    private Optional<Side> far = Optional.empty();
    private Optional<Inspector> inspector = Optional.empty();
    private Optional<Question> allowed = Optional.empty();
    private Optional<Opened> opened = Optional.empty();
    private State state = State.HEAD;
    private long allowance;
    private long deadline;

    Flow(long key, TcpSockets.Accepted accepted, Gate gate) {
        this.key = key;
        this.accepted = accepted;
        this.gate = gate;
        this.agent = new Side(accepted.fd());
        expect(gate.limits().head());
    }

    TcpSockets.Accepted accepted() {
        return accepted;
    }

    /** The question by which it was allowed, while it lives. */
    Optional<Question> allowed() {
        return state == State.ENDED ? Optional.empty() : allowed;
    }

    private void expect(Duration time) {
        deadline = System.nanoTime() + time.toNanos();
    }

    /** Something has happened at a side; true when it has more to do at once. */
    boolean event(boolean isFar, int events) {
        if (isFar) {
            far.or(() -> opened.flatMap(Opened::far)).ifPresent(side -> side.event(events));
        } else {
            agent.event(events);
        }
        return proceed();
    }

    /** Goes on as far as it can; true when another turn is due. */
    boolean proceed() {
        return switch (state) {
            case HEAD -> {
                readHead();
                yield false;
            }
            case DIALLED -> connected();
            case OPEN -> copyBoth();
            case OPENED -> proceedOpened();
            case REFUSED -> {
                drain();
                yield false;
            }
            case ASKED, ENDED -> false;
        };
    }

    /** Ends it when its time is over. */
    void tick(long now) {
        if (state == State.OPENED) {
            opened.orElseThrow().tick();
            var _ = proceedOpened();
        }
        if (state == State.ENDED || deadline - now > 0) {
            return;
        }
        switch (state) {
            case HEAD -> refuseUnread("it sent no whole TLS hello or HTTP request in time");
            case DIALLED -> unreachable("it does not answer");
            case OPENED -> {
                Opened own = opened.orElseThrow();
                if (own.isWaiting()) {
                    own.unreachable("it does not answer");
                    expect(gate.limits().farewell());
                    var _ = proceedOpened();
                } else {
                    reset();
                }
            }
            default -> reset();
        }
    }

    private void readHead() {
        byte[] buffer = gate.buffer();
        if (!agent.isReadable) {
            return;
        }
        switch (gate.tcp().peek(agent.fd, buffer)) {
            case SysResult.Ok(long count) when count == 0 -> reset();
            case SysResult.Ok(long count) -> inspectHead(buffer, (int) count);
            case SysResult.Failed(int errno) -> {
                agent.isReadable = false;
                if (errno != Errno.EAGAIN) {
                    reset();
                }
            }
        }
    }

    private void inspectHead(byte[] buffer, int count) {
        agent.isReadable = false;
        if (inspector.isEmpty()) {
            inspector = Inspectors.of(buffer[0], accepted.to().getPort());
        }
        if (inspector.isEmpty()) {
            refuseUnread("its first bytes are neither TLS nor HTTP");
            return;
        }
        switch (inspector.get().inspect(buffer, count)) {
            case Inspection.More() -> {
                if (agent.isFinishing || count == buffer.length) {
                    refuseUnread("it sent no whole TLS hello or HTTP request");
                }
            }
            case Inspection.Ask(String name) -> ask(name);
            case Inspection.Refuse(String why) -> refuseUnread(why);
            case Inspection.Pass _ -> throw new IllegalStateException("bytes pass before their name is allowed");
        }
    }

    private boolean isHttp() {
        return inspector.filter(HttpStream.class::isInstance).isPresent();
    }

    private Question question(Optional<String> name, Optional<String> why) {
        Optional<String> kind = inspector.map(_ -> isHttp() ? "http" : "tls");
        return new Question(accepted.from(), accepted.to(), kind, name, why, false);
    }

    private void ask(String name) {
        state = State.ASKED;
        expect(gate.limits().answer().multipliedBy(2));
        Question question = question(Optional.of(name), Optional.empty());
        long generation = gate.generation();
        gate.egress().ask(question, answer -> {
            if (state == State.ASKED && generation != gate.generation()) {
                // The answer may be older than the change.
                ask(name);
            } else if (state == State.ASKED) {
                answered(question, answer);
                gate.settled(this);
            }
        });
    }

    private void answered(Question question, Egress.Answer answer) {
        switch (answer) {
            case Egress.Answer.Allowed(Optional<OpenRule> open) when open.isPresent() -> open(question, open.get());
            case Egress.Answer.Allowed _ -> dial(question);
            case Egress.Answer.Denied(String reason) -> refuse(ACCESS_DENIED, reason);
            case Egress.Answer.Unknown() -> reset();
        }
    }

    /** Refuses a connection that states no name, and tells egress of it. */
    private void refuseUnread(String why) {
        gate.egress().report(question(Optional.empty(), Optional.of(why)));
        if (inspector.isEmpty()) {
            reset();
        } else {
            refuse(UNRECOGNIZED_NAME, why);
        }
    }

    private void refuse(byte[] alert, String why) {
        tell(isHttp() ? response("403 Forbidden", why) : alert);
    }

    private void tell(byte[] farewell) {
        var _ = gate.tcp().send(agent.fd, farewell, farewell.length);
        gate.tcp().finish(agent.fd);
        state = State.REFUSED;
        expect(gate.limits().farewell());
        // What lies unread in the queue would make the close a reset, which can overtake the farewell.
        agent.isReadable = true;
        drain();
    }

    private static byte[] response(String status, String why) {
        String text = "NullBox: " + why + "\n";
        return ("HTTP/1.1 " + status + "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
                        + text.getBytes(StandardCharsets.UTF_8).length + "\r\nConnection: close\r\n\r\n" + text)
                .getBytes(StandardCharsets.UTF_8);
    }

    private void drain() {
        while (agent.isReadable) {
            switch (gate.tcp().discard(agent.fd, gate.buffer().length)) {
                case SysResult.Ok(long count) when count == 0 -> end();
                case SysResult.Ok _ -> {}
                case SysResult.Failed(int errno) -> {
                    agent.isReadable = false;
                    if (errno != Errno.EAGAIN) {
                        reset();
                    }
                }
            }
            if (state == State.ENDED) {
                return;
            }
        }
    }

    private void dial(Question question) {
        try {
            Side side = new Side(gate.tcp().dial(accepted.to()));
            far = Optional.of(side);
            allowed = Optional.of(question);
            state = State.DIALLED;
            expect(gate.limits().dial());
            gate.watch(side.fd, key, true);
        } catch (SyscallException failure) {
            unreachable("it cannot be connected to");
        }
    }

    private void open(Question question, OpenRule rule) {
        String host = question.name().orElseThrow();
        if (!gate.mayOpen(accepted.from())) {
            gate.log().warn("full", accepted.from().getHostAddress() + " has too many connections that are opened");
            reset();
            return;
        }
        try {
            Opened begun = new Opened(gate, rule, host, accepted.to(), agent);
            opened = Optional.of(begun);
        } catch (IOException failure) {
            gate.log()
                    .warn("open connections", "a connection to " + host + " cannot be opened: " + failure.getMessage());
            reset();
            return;
        }
        allowed = Optional.of(question);
        state = State.OPENED;
        agent.isReadable = true;
        agent.isWritable = true;
        expect(gate.limits().answer().plus(gate.limits().dial()));
        gate.warden().ask(rule, answer -> {
            if (state == State.OPENED) {
                secrets(rule, answer);
                gate.settled(this);
            }
        });
    }

    private void secrets(OpenRule rule, Warden.Answer answer) {
        Opened own = opened.orElseThrow();
        switch (answer) {
            case Warden.Answer.Refused(String why) -> own.refused(why);
            case Warden.Answer.Given(List<HeldSecret> secrets) -> {
                Optional<Side> dialled = own.secrets(rule, secrets);
                if (dialled.isPresent()) {
                    try {
                        gate.watch(dialled.get().fd, key, true);
                    } catch (SyscallException failure) {
                        reset();
                    }
                }
            }
        }
    }

    /** Tells whether its TLS is opened. */
    boolean isOpened() {
        return state == State.OPENED;
    }

    /** Ends it if a secret of it was wiped. */
    void endWithout() {
        if (state == State.OPENED && opened.orElseThrow().isWithout()) {
            reset();
        }
    }

    private boolean proceedOpened() {
        Opened own = opened.orElseThrow();
        boolean wasWaiting = own.isWaiting();
        return switch (own.proceed()) {
            case OPEN -> {
                if (wasWaiting && !own.isWaiting()) {
                    expect(gate.limits().idle());
                }
                yield false;
            }
            case BUSY -> {
                if (!own.isWaiting()) {
                    expect(gate.limits().idle());
                }
                yield true;
            }
            case FINISHED -> {
                own.close();
                gate.tcp().finish(agent.fd);
                state = State.REFUSED;
                // A whole answer may still be on its way to an agent that reads slowly.
                expect(
                        own.hasFailed()
                                ? gate.limits().farewell()
                                : gate.limits().idle());
                agent.isReadable = true;
                drain();
                yield false;
            }
            case BROKEN -> {
                reset();
                yield false;
            }
        };
    }

    private boolean connected() {
        Side side = far.orElseThrow();
        if (!side.isWritable) {
            return false;
        }
        if (gate.tcp().error(side.fd) != 0) {
            unreachable("it refuses the connection");
            return false;
        }
        state = State.OPEN;
        agent.isReadable = true;
        agent.isWritable = true;
        expect(gate.limits().idle());
        return copyBoth();
    }

    /** Ends a connection that is allowed and whose far side is down: in HTTP with words, else by a reset. */
    private void unreachable(String why) {
        if (isHttp()) {
            closeFar();
            tell(response("502 Bad Gateway", accepted.to().getAddress().getHostAddress() + " is allowed, but " + why));
        } else {
            reset();
        }
    }

    private boolean copyBoth() {
        boolean isMore = copy(agent, far.orElseThrow(), true);
        if (state == State.OPEN) {
            isMore |= copy(far.orElseThrow(), agent, false);
        }
        if (state == State.OPEN && agent.hasEnded && far.orElseThrow().hasEnded) {
            end();
        }
        return isMore && state == State.OPEN;
    }

    /** Copies what can be copied in one direction; true when there may be more. */
    private boolean copy(Side from, Side to, boolean isInspected) {
        byte[] buffer = gate.buffer();
        for (int i = 0; i < COPIES; i++) {
            if (!from.isReadable || !to.isWritable || from.hasEnded) {
                return false;
            }
            SysResult peeked = gate.tcp().peek(from.fd, buffer);
            if (peeked.failedWith(Errno.EAGAIN)) {
                from.isReadable = false;
                return false;
            }
            if (!(peeked instanceof SysResult.Ok(long count))) {
                reset();
                return false;
            }
            if (count == 0) {
                from.hasEnded = true;
                gate.tcp().finish(to.fd);
                return false;
            }
            int length = isInspected ? inspected(from, buffer, (int) count) : (int) count;
            if (length == 0 || !pass(from, to, length, isInspected)) {
                return false;
            }
        }
        return true;
    }

    /** Number of the peeked bytes that may pass; 0 when more are needed, or when it has ended. */
    private int inspected(Side from, byte[] buffer, int count) {
        if (allowance == 0) {
            switch (inspector.orElseThrow().inspect(buffer, count)) {
                case Inspection.Pass(long bytes) -> allowance = bytes;
                case Inspection.More() -> {
                    from.isReadable = false;
                    if (from.isFinishing || count == buffer.length) {
                        refuseOpen("it ended in the middle of a TLS record or an HTTP request");
                    }
                }
                case Inspection.Refuse(String why) -> refuseOpen(why);
                case Inspection.Ask _ -> throw new IllegalStateException("a connection has one name");
            }
        }
        return (int) Math.min(count, allowance);
    }

    /** Ends a connection that passed before: an answer could be on its way to the agent, so it is told by a reset. */
    private void refuseOpen(String why) {
        allowance = 0;
        gate.egress().report(question(Optional.empty(), Optional.of(why)));
        reset();
    }

    private boolean pass(Side from, Side to, int length, boolean isInspected) {
        SysResult sent = gate.tcp().send(to.fd, gate.buffer(), length);
        if (sent.failedWith(Errno.EAGAIN)) {
            to.isWritable = false;
            return false;
        }
        if (!(sent instanceof SysResult.Ok(long taken))
                || !gate.tcp().discard(from.fd, (int) taken).isOk()) {
            reset();
            return false;
        }
        if (isInspected) {
            allowance -= taken;
        }
        expect(gate.limits().idle());
        return true;
    }

    /** Ends it by a reset on both sides. */
    void reset() {
        if (state != State.ENDED) {
            gate.tcp().reset(agent.fd);
            closeFar();
            ended();
        }
    }

    private void closeFar() {
        opened.ifPresent(Opened::close);
        far.ifPresent(side -> gate.tcp().reset(side.fd));
        far = Optional.empty();
    }

    private void end() {
        gate.tcp().close(agent.fd);
        far.ifPresent(side -> gate.tcp().close(side.fd));
        far = Optional.empty();
        ended();
    }

    private void ended() {
        state = State.ENDED;
        gate.ended(key, this);
    }
}
