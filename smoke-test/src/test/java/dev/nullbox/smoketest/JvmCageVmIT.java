package dev.nullbox.smoketest;

/** The image whose cage runs on a JVM, so that the java.lang.foreign binding of libkrun starts a real microVM too. */
final class JvmCageVmIT extends HelloBoot {
    JvmCageVmIT() {
        super(new Boot.Medium.Direct(Inputs.kernel(), Inputs.jvmInitramfs(), Inputs.jvmRoot()));
    }
}
