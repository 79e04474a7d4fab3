/* Files below a root that its owner has filled with links; the first argument is an empty directory. */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../init/files.h"
#include "../init/say.h"
#include "../init/trust.h"

static int root;
static struct stat file;

static int place(const char *path, const char *text, mode_t mode, int append) {
    struct placement placement = {.path = path, .mode = mode, .uid = getuid(), .gid = getgid(), .append = append};
    return place_file(root, &placement, text, strlen(text));
}

static int holds(const char *path, const char *text) {
    char *found = read_in_root(root, path, 4096, NULL);
    int same = found != NULL && strcmp(found, text) == 0;
    free(found);
    return same;
}

static int make(const char *path) {
    int fd = make_directory(root, path, 0750, getuid(), getgid(), NULL);
    if (fd >= 0) close(fd);
    return fd >= 0;
}

static void test_file_is_placed_with_directories_and_mode(void) {
    CHECK(place("/a/b/c", "text", 0640, 0) == 0);
    CHECK(holds("a/b/c", "text") && holds("/a/b/c", "text"));
    CHECK(fstatat(root, "a/b/c", &file, 0) == 0 && (file.st_mode & 07777) == 0640);
    CHECK(fstatat(root, "a/b", &file, 0) == 0 && (file.st_mode & 07777) == 0755);
}

static void test_file_is_continued_and_replaced(void) {
    CHECK(place("/more", "one ", 0600, 0) == 0 && place("/more", "two", 0600, 1) == 0);
    CHECK(holds("more", "one two"));
    CHECK(place("/more", "new", 0600, 0) == 0 && holds("more", "new"));
    CHECK(place("/none", "x", 0600, 1) == -1);
}

static void test_link_leads_nowhere_outside(void) {
    mkdirat(root, "etc", 0755);
    CHECK(symlinkat("/etc", root, "absolute") == 0 && symlinkat("../../../../..", root, "above") == 0);
    CHECK(symlinkat("/nothing/there", root, "dangling") == 0);
    CHECK(place("/absolute/inside", "x", 0600, 0) == 0 && holds("etc/inside", "x"));
    CHECK(place("/above/top", "x", 0600, 0) == 0 && holds("top", "x"));
    CHECK(place("/../../up", "x", 0600, 0) == 0 && holds("up", "x"));
    CHECK(place("/dangling/file", "x", 0600, 0) == -1 && access("/nothing", F_OK) == -1);
    CHECK(open_in_root(root, "/proc/self/root", O_PATH, 0) == -1);
}

static void test_bundle_has_the_images_authorities_and_the_runs(void) {
    CHECK(place_trust(root, "/run/nullbox/ca.pem", NULL, "run\n", 4) == 0 && holds("run/nullbox/ca.pem", "run\n"));
    CHECK(place("/etc/pki/tls/certs/ca-bundle.crt", "fedora\n", 0644, 0) == 0);
    CHECK(place_trust(root, "/run/nullbox/ca.pem", "", "run\n", 4) == 0);
    CHECK(holds("run/nullbox/ca.pem", "fedora\n\nrun\n"));
    CHECK(place("/opt/own.pem", "own", 0644, 0) == 0);
    CHECK(place_trust(root, "/run/nullbox/ca.pem", "/opt/own.pem", "run\n", 4) == 0);
    CHECK(holds("run/nullbox/ca.pem", "own\nrun\n"));
    CHECK(fstatat(root, "run/nullbox/ca.pem", &file, 0) == 0 && (file.st_mode & 07777) == 0644);
}

static void test_link_in_the_place_of_a_file_is_replaced(void) {
    char *target;
    CHECK(symlinkat("etc/target", root, "link") == 0 && place("/etc/target", "old", 0600, 0) == 0);
    CHECK(holds("link", "old"));
    CHECK(place("/link", "new", 0600, 0) == 0 && holds("link", "new"));
    CHECK_TEXT(target = read_in_root(root, "etc/target", 100, NULL), "old");
    free(target);
    CHECK(symlinkat("etc/target", root, "link2") == 0 && place("/link2", "x", 0600, 1) == -1);
}

static void test_directory_is_made_once(void) {
    int made = -1, fd = make_directory(root, "/d/e", 0750, getuid(), getgid(), &made);
    CHECK(fd >= 0 && made == 1);
    close(fd);
    CHECK(fstatat(root, "d/e", &file, 0) == 0 && (file.st_mode & 07777) == 0750);
    fd = make_directory(root, "d//e/", 0700, getuid(), getgid(), &made);
    CHECK(fd >= 0 && made == 0);
    close(fd);
    CHECK(fstatat(root, "d/e", &file, 0) == 0 && (file.st_mode & 07777) == 0750);
    fd = make_directory(root, "/", 0700, getuid(), getgid(), &made);
    CHECK(fd >= 0 && made == 0);
    close(fd);
}

static void test_what_is_no_directory_is_refused(void) {
    char long_path[5000];
    CHECK(place("/file", "x", 0600, 0) == 0 && !make("/file") && !make("/file/below"));
    CHECK(place("/d", "x", 0600, 0) == -1 && place("/", "x", 0600, 0) == -1 && place("", "x", 0600, 0) == -1);
    CHECK(place("/d/..", "x", 0600, 0) == -1);
    memset(long_path, 'x', sizeof long_path - 1);
    long_path[sizeof long_path - 1] = '\0';
    CHECK(!make(long_path) && place(long_path, "x", 0600, 0) == -1);
}

static void test_what_is_no_file_is_not_read(void) {
    CHECK(read_in_root(root, "d", 100, NULL) == NULL && read_in_root(root, "none", 100, NULL) == NULL);
    CHECK(mkfifoat(root, "pipe", 0600) == 0 && read_in_root(root, "pipe", 100, NULL) == NULL);
    CHECK(place("/long", "12345", 0600, 0) == 0 && read_in_root(root, "long", 4, NULL) == NULL &&
          holds("long", "12345"));
}

static void test_tree_is_removed_and_no_link_followed(void) {
    CHECK(place("/tree/a/b", "x", 0600, 0) == 0 && place("/kept", "x", 0600, 0) == 0);
    CHECK(symlinkat("../kept", root, "tree/link") == 0 && symlinkat("../etc", root, "tree/directory") == 0);
    CHECK(remove_tree(root, "tree") == 0 && fstatat(root, "tree", &file, 0) == -1 && errno == ENOENT);
    CHECK(holds("kept", "x") && holds("etc/target", "old"));
    CHECK(remove_tree(root, "tree") == 0);
}

int main(int count, char **words) {
    if (count != 2 || (root = open(words[1], O_PATH | O_DIRECTORY)) < 0) return 2;
    test_file_is_placed_with_directories_and_mode();
    test_file_is_continued_and_replaced();
    test_link_leads_nowhere_outside();
    test_bundle_has_the_images_authorities_and_the_runs();
    test_link_in_the_place_of_a_file_is_replaced();
    test_directory_is_made_once();
    test_what_is_no_directory_is_refused();
    test_what_is_no_file_is_not_read();
    test_tree_is_removed_and_no_link_followed();
    close(root);
    return checked();
}
