package dev.nullbox.cage.guest;

import dev.nullbox.cage.log.LogStream;

/** Listener that takes all and minds nothing; a test overrides what it looks at. */
class IdleListener implements GuestServer.Listener {
    @Override
    public void configured() {}

    @Override
    public boolean takesLines() {
        return true;
    }

    @Override
    public void skipped(long lines) {}

    @Override
    public void output(LogStream stream, byte[] bytes) {}

    @Override
    public void line(String line) {}

    @Override
    public void repairing() {}

    @Override
    public void started() {}

    @Override
    public void ended(GuestEnd end) {}

    @Override
    public void closed() {}

    @Override
    public void gone() {}

    @Override
    public void notSetUp(String why) {}

    @Override
    public void silent(String why) {}

    @Override
    public void broken(String why) {}

    @Override
    public void strayed(String why) {}
}
