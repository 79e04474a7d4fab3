package dev.nullbox.natives.linux;

/** Constants of vsock(7), by their C names. Source: {@code linux/vm_sockets.h}. */
public final class Vsock {
    public static final int AF_VSOCK = 40;
    public static final int SO_VM_SOCKETS_BUFFER_SIZE = 0;
    public static final int SO_VM_SOCKETS_BUFFER_MAX_SIZE = 2;
    public static final int VMADDR_CID_HOST = 2;

    private Vsock() {}
}
