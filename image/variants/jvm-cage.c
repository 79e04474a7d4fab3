/*
 * /sbin/cage of the JVM variant: starts cage's main class on the image's Java runtime with the arguments it was given.
 * A program and not a script, since the image has no interpreter. The system calls that the runtime makes beside a
 * microVM's are allowed by a file on its class path, vmm-calls-of-a-jvm, which no other image has.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char *const jvm[] = {"/jre/bin/java",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-XX:-UsePerfData",
                            "-Xmx32m",
                            "-Xss512k",
                            "--enable-native-access=ALL-UNNAMED",
                            "-cp",
                            "/jre/cage/*:/jre/cage",
                            "dev.nullbox.cage.CageMain"};

int main(int argc, char **argv) {
    const int fixed = sizeof jvm / sizeof *jvm;
    char **words = calloc((size_t)(fixed + argc), sizeof *words);
    if (!words) {
        perror("cage: calloc");
        return 71;
    }
    for (int i = 0; i < fixed; i++) {
        words[i] = jvm[i];
    }
    for (int i = 1; i < argc; i++) {
        words[fixed + i - 1] = argv[i];
    }
    execv(words[0], words);
    perror("cage: /jre/bin/java");
    return 71;
}
