package dev.nullbox.nullctl.command;

import java.util.concurrent.Callable;

/** Command that is a class of its own; one of a few lines is a method of its group instead. */
public abstract class BaseCommand extends CommandContext implements Callable<Integer> {
    /** Runs the command to its end, or throws what the main program gives an exit code. */
    protected abstract void execute() throws Exception;

    @Override
    public final Integer call() throws Exception {
        execute();
        return 0;
    }
}
