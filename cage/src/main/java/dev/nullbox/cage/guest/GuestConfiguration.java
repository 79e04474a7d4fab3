package dev.nullbox.cage.guest;

import dev.nullbox.cage.jail.Secret;
import dev.nullbox.protocol.guest.Frame;
import dev.nullbox.protocol.guest.FrameKind;
import dev.nullbox.protocol.guest.GuestCall;
import dev.nullbox.protocol.guest.GuestOp;
import dev.nullbox.protocol.guest.GuestProtocol;
import dev.nullbox.protocol.guest.GuestRoot;
import dev.nullbox.protocol.guest.GuestTag;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Configuration of a guest: network, disks, the agent's command and environment, its secrets. Sent once, on a
 * connection of its own.
 *
 * @param setup the settings that occur once
 * @param words the agent's command; empty for the init alone
 * @param env NAME=value
 * @param secrets closed once they are sent, or sending has failed
 * @param trust an authority that the agent trusts beside its image's
 */
public record GuestConfiguration(
        Setup setup, List<String> words, List<String> env, List<Secret> secrets, Optional<Trust> trust) {
    public GuestConfiguration {
        words = List.copyOf(words);
        env = List.copyOf(env);
        secrets = List.copyOf(secrets);
    }

    /** A configuration without an authority. */
    public GuestConfiguration(Setup setup, List<String> words, List<String> env, List<Secret> secrets) {
        this(setup, words, env, secrets, Optional.empty());
    }

    /**
     * Authority in addition to those of the image.
     *
     * @param bundle the file with all of them, in the guest
     * @param own the file with those of the image, where it is another than usual
     * @param pem the certificate
     */
    public record Trust(String bundle, Optional<String> own, String pem) {}

    /**
     * Settings that occur once.
     *
     * @param disks their names in the order of the microVM's
     * @param pids processes and threads at most
     * @param user name or number, with a group after a colon; empty for root
     * @param workdir an absolute path; empty for the root directory
     * @param write directories of the volume disk, by their paths in the guest
     * @param read directories of the read-only disk, likewise
     * @param stopMillis from the stop signal to the kill
     * @param hasStreams whether the host passes input, and takes output by windows
     * @param terminal of the command, in place of pipes; its streams come by the host then
     */
    public record Setup(
            String hostname,
            String address,
            int prefix,
            String gateway,
            int mtu,
            List<String> disks,
            long pids,
            String user,
            String workdir,
            GuestRoot root,
            List<String> write,
            List<String> read,
            String machineId,
            long stopMillis,
            boolean hasAgent,
            boolean hasStreams,
            Optional<ExecRequest.Window> terminal) {
        public Setup {
            disks = List.copyOf(disks);
            write = List.copyOf(write);
            read = List.copyOf(read);
        }
    }

    /**
     * Sends all of it.
     *
     * @param nowNanos since 1970
     * @throws IOException when it is too long, or the guest does not accept it
     */
    void send(FrameChannel channel, long nowNanos) throws IOException {
        List<Frame> frames = frames(nowNanos);
        try {
            long size = frames.stream()
                    .mapToLong(frame -> GuestProtocol.HEADER_BYTES + frame.payload().length)
                    .sum();
            if (size > GuestProtocol.MAX_CONFIGURATION) {
                throw new IOException("the agent's configuration has " + size
                        + " bytes; command, environment and files may have " + GuestProtocol.MAX_CONFIGURATION);
            }
            for (Frame frame : frames) {
                channel.write(frame);
            }
        } finally {
            frames.forEach(Frame::wipe);
        }
    }

    private List<Frame> frames(long nowNanos) {
        List<Frame> frames = new ArrayList<>();
        GuestCall.Fields once = new GuestCall.Fields()
                .add(GuestTag.HOSTNAME, setup.hostname())
                .add(GuestTag.ADDRESS, setup.address())
                .add(GuestTag.PREFIX, setup.prefix())
                .add(GuestTag.GATEWAY, setup.gateway())
                .add(GuestTag.MTU, setup.mtu())
                .add(GuestTag.DNS, setup.gateway())
                .add(GuestTag.USER, setup.user())
                .add(GuestTag.WORKDIR, setup.workdir())
                .add(GuestTag.ROOT, setup.root().number())
                .add(GuestTag.AGENT, setup.hasAgent() ? 1 : 0)
                .add(GuestTag.STREAMS, setup.hasStreams() ? 1 : 0)
                .add(GuestTag.MEMORY, 0)
                .add(GuestTag.PIDS, setup.pids())
                .add(GuestTag.MACHINE, setup.machineId())
                .add(GuestTag.NANOS, nowNanos)
                .add(GuestTag.MILLIS, setup.stopMillis())
                .addAll(GuestTag.DISK, setup.disks())
                .addAll(GuestTag.WRITE, setup.write())
                .addAll(GuestTag.READ, setup.read());
        setup.terminal()
                .ifPresent(size -> once.add(GuestTag.TERMINAL, 1)
                        .add(GuestTag.ROWS, size.rows())
                        .add(GuestTag.COLUMNS, size.columns()));
        frames.add(call(GuestOp.SETUP, once));
        words.forEach(word -> frames.add(call(GuestOp.WORD, new GuestCall.Fields().add(GuestTag.TEXT, word))));
        env.forEach(variable -> frames.add(call(GuestOp.ENV, new GuestCall.Fields().add(GuestTag.TEXT, variable))));
        trust.ifPresent(one -> frames.add(call(
                GuestOp.TRUST,
                new GuestCall.Fields()
                        .add(GuestTag.PATH, one.bundle())
                        .add(GuestTag.TEXT, one.own().orElse(""))
                        .add(GuestTag.DATA, one.pem().getBytes(StandardCharsets.US_ASCII)))));
        for (Secret secret : secrets) {
            frames.add(call(
                    GuestOp.SECRET,
                    new GuestCall.Fields().add(GuestTag.NAME, secret.name()).add(GuestTag.DATA, secret.value())));
            secret.close();
        }
        frames.add(new Frame(FrameKind.END, new byte[0]));
        return frames;
    }

    private static Frame call(GuestOp op, GuestCall.Fields fields) {
        return new GuestCall(op, 0, fields).frame(FrameKind.CALL);
    }

    /** Wipes the secrets; to be called when it is not sent. */
    void discard() {
        secrets.forEach(Secret::close);
    }
}
