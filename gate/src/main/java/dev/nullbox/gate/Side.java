package dev.nullbox.gate;

import dev.nullbox.natives.linux.Epoll;

/** One of a connection's two sockets, with what is known of it from its events. */
final class Side {
    final int fd;
    boolean isReadable;
    boolean isWritable;
    boolean isFinishing;
    boolean hasEnded;

    Side(int fd) {
        this.fd = fd;
    }

    void event(int events) {
        isReadable |= (events & ~Epoll.EPOLLOUT) != 0;
        isWritable |= (events & ~Epoll.EPOLLIN) != 0;
        isFinishing |= (events & Epoll.EPOLLRDHUP) != 0;
    }
}
