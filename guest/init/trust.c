#include "trust.h"

#include <stdlib.h>

#include "files.h"

enum { MAX_BUNDLE = 4 << 20 };

static char *read_bundle(int root, const char *own, size_t *size) {
    /* Debian and Alpine, Fedora, Alpine and BSD, openSUSE. */
    static const char *const usual[] = {"etc/ssl/certs/ca-certificates.crt", "etc/pki/tls/certs/ca-bundle.crt",
                                        "etc/ssl/cert.pem", "etc/ssl/ca-bundle.pem"};
    char *bundle = own == NULL || *own == '\0' ? NULL : read_in_root(root, own, MAX_BUNDLE, size);
    for (size_t i = 0; bundle == NULL && i < sizeof usual / sizeof *usual; i++)
        bundle = read_in_root(root, usual[i], MAX_BUNDLE, size);
    return bundle;
}

int place_trust(int root, const char *path, const char *own, const void *data, size_t size) {
    struct placement placement = {.path = path, .mode = 0644};
    size_t known = 0;
    /* An image without authorities trusts that of the run alone. */
    char *bundle = read_bundle(root, own, &known);
    int result = place_file(root, &placement, bundle == NULL ? "" : bundle, known);
    free(bundle);
    placement.append = 1;
    if (result == 0 && known > 0) result = place_file(root, &placement, "\n", 1);
    return result == 0 ? place_file(root, &placement, data, size) : -1;
}
