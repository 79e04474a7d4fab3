package dev.nullbox.nulld.linux;

/** A clock that moves only when somebody waits by it. */
public final class ManualClock implements Clock {
    private long now;

    @Override
    public synchronized long millis() {
        return now;
    }

    @Override
    public long toReal(long millis) {
        return Math.min(millis, 50);
    }

    @Override
    public synchronized void pause(long millis) {
        now += millis;
    }
}
