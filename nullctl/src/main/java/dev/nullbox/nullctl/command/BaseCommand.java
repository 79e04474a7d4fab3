package dev.nullbox.nullctl.command;

import java.util.concurrent.Callable;

/** Command that is a class of its own; shorter ones are methods of their group. */
public abstract class BaseCommand extends CommandContext implements Callable<Integer> {
    /** Runs the command to its end, or throws an exception that the main program maps to an exit code. */
    protected abstract void execute() throws Exception;

    @Override
    public final Integer call() throws Exception {
        execute();
        return 0;
    }
}
