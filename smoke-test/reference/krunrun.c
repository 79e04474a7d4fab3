/*
 * krunrun ROOT COMMAND: minimal program that starts a microVM with libkrun (256 MiB, one processor). Reference for the
 * start of an agent. Its first line of output is its own, written just before krun_start_enter.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *library;

static int call(const char *name, uint32_t a, const void *b, const void *c, const void *d) {
    int (*function)(uint32_t, const void *, const void *, const void *) =
        (int (*)(uint32_t, const void *, const void *, const void *))dlsym(library, name);
    int result = function == NULL ? -38 : function(a, b, c, d);
    if (result < 0) {
        printf("krunrun: %s = %d (%s)\n", name, result, strerror(-result));
        exit(3);
    }
    return result;
}

int main(int count, char **arguments) {
    static const char *const none[] = {NULL}, *const environment[] = {"PATH=/bin", NULL};
    uint32_t context;
    if (count != 3 || (library = dlopen("libkrun.so.1", RTLD_NOW)) == NULL) {
        printf("krunrun: %s\n", count != 3 ? "usage: krunrun ROOT COMMAND" : dlerror());
        return 2;
    }
    call("krun_set_log_level", 1, NULL, NULL, NULL);
    context = (uint32_t)call("krun_create_ctx", 0, NULL, NULL, NULL);
    call("krun_set_vm_config", context, (void *)1, (void *)256, NULL);
    call("krun_set_root", context, arguments[1], NULL, NULL);
    call("krun_set_port_map", context, none, NULL, NULL);
    call("krun_set_exec", context, arguments[2], none, environment);
    if (write(STDOUT_FILENO, "krunrun: enter\n", 15) != 15) return 4;
    call("krun_start_enter", context, NULL, NULL, NULL);
    return 5;
}
