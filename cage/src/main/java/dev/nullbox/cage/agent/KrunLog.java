package dev.nullbox.cage.agent;

import java.util.regex.Pattern;

/** Log lines of libkrun, as a VMM writes them: {@code [TIME LEVEL MODULE] TEXT}. */
final class KrunLog {
    /**
     * Messages that libkrun 1.16 to 1.19 logs as errors of a healthy microVM:
     *
     * <ul>
     *   <li>to each connection that a guest opens, its vsock device answers with a datagram of TSI as well. A mainline
     * kernel
     *       has no datagrams there and resets them (packet type 3), which libkrun does not expect. Source:
     * push_connect_rsp
     *       in devices/src/virtio/vsock/unix.rs; Linux, virtio_transport_recv_pkt;
     *   <li>at a microVM's end it syncs its disks, also those that it has opened for reading alone; SquashFS, on which
     * the
     *       appliance's own images lie, has no fsync and answers EINVAL. Source: devices/src/virtio/block/device.rs,
     * the
     *       drop of DiskProperties. A disk that is written to is synced by its guest before.
     * </ul>
     *
     * A guest writes none of these: lines of its console have the module {@code init_or_kernel}.
     */
    private static final Pattern HARMLESS = Pattern.compile("\\[\\S+ ERROR devices::virtio::"
            + "(vsock::muxer\\] unexpected dgram pkt: 3|block::device\\] Failed to sync block data on drop\\.)");

    private KrunLog() {}

    /** Tells whether the line is harmless: no sign of a fault. */
    static boolean isHarmless(String line) {
        return HARMLESS.matcher(line).matches();
    }
}
