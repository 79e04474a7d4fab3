package dev.nullbox.image;

/** The one executable's entry point: the name it is called by chooses what it is. */
public final class Multicall {
    private Multicall() {}

    /**
     * Runs the program named by argv[0].
     *
     * @param args the program's own arguments
     */
    public static void main(String[] args) {
        System.out.println("nullbox");
    }
}
