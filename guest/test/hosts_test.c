/* /etc/hosts: lines that are kept, added, and replaced from an earlier start. */
#include "check.h"

#include "../init/hosts.h"

static char merged[2048];

static const char *merge(const char *old) {
    size_t size = merge_hosts(old, "10.9.0.2", "my-agent", merged, sizeof merged);
    merged[size] = '\0';
    return merged;
}

static const char FRESH[] = "127.0.0.1\tlocalhost # nullbox\n"
                            "::1\tlocalhost ip6-localhost ip6-loopback # nullbox\n"
                            "10.9.0.2\tmy-agent # nullbox\n";

static void test_missing_and_empty_files_become_fresh(void) {
    CHECK_TEXT(merge(NULL), FRESH);
    CHECK_TEXT(merge(""), FRESH);
}

static void test_merging_again_changes_nothing(void) {
    char first[sizeof merged];
    snprintf(first, sizeof first, "%s", merge("# Debian\n127.0.0.1 localhost\n"));
    CHECK_TEXT(merge(first), first);
}

static void test_lines_of_the_image_stay(void) {
    CHECK_TEXT(merge("127.0.0.1 localhost\n192.0.2.7 db # ours\n"),
               "127.0.0.1 localhost\n192.0.2.7 db # ours\n"
               "::1\tlocalhost ip6-localhost ip6-loopback # nullbox\n10.9.0.2\tmy-agent # nullbox\n");
}

static void test_last_line_without_an_end_stays_whole(void) {
    CHECK_TEXT(merge("192.0.2.7 db"), "192.0.2.7 db\n127.0.0.1\tlocalhost # nullbox\n"
                                      "::1\tlocalhost ip6-localhost ip6-loopback # nullbox\n"
                                      "10.9.0.2\tmy-agent # nullbox\n");
}

static void test_address_of_an_earlier_start_goes(void) {
    CHECK_TEXT(merge("127.0.0.1 localhost\n::1 localhost\n10.9.0.99\tmy-agent # nullbox\n"),
               "127.0.0.1 localhost\n::1 localhost\n10.9.0.2\tmy-agent # nullbox\n");
}

static void test_complete_file_is_left_alone(void) {
    static const char complete[] = "127.0.0.1\tlocalhost\n::1 ip6-localhost localhost\n 10.9.0.2  other\tmy-agent\r\n";
    CHECK_TEXT(merge(complete), complete);
}

static void test_name_in_a_comment_or_as_a_part_does_not_count(void) {
    CHECK(has_host("10.9.0.2 my-agent", "10.9.0.2", "my-agent"));
    CHECK(!has_host("10.9.0.2 other # my-agent", "10.9.0.2", "my-agent"));
    CHECK(!has_host("#10.9.0.2 my-agent", "10.9.0.2", "my-agent"));
    CHECK(!has_host("10.9.0.2 my-agent2 2my-agent", "10.9.0.2", "my-agent"));
    CHECK(!has_host("10.9.0.22 my-agent", "10.9.0.2", "my-agent"));
    CHECK(!has_host("10.9.0.2 my-agent", "127.0.0.1", "my-agent"));
    CHECK(!has_host("10.9.0.2\nmy-agent", "10.9.0.2", "my-agent"));
    CHECK(!has_host("", "10.9.0.2", "my-agent"));
}

static void test_guest_without_an_address_has_localhost_alone(void) {
    size_t size = merge_hosts(NULL, "", "my-agent", merged, sizeof merged);
    merged[size] = '\0';
    CHECK_TEXT(merged, "127.0.0.1\tlocalhost # nullbox\n::1\tlocalhost ip6-localhost ip6-loopback # nullbox\n");
}

static void test_file_that_does_not_fit_is_told(void) {
    for (size_t room = 0; room < sizeof FRESH; room++) {
        char *exact = malloc(room + 1);
        if (exact == NULL) abort();
        CHECK(merge_hosts(NULL, "10.9.0.2", "my-agent", exact, room) == 0);
        free(exact);
    }
    CHECK(merge_hosts(NULL, "10.9.0.2", "my-agent", merged, sizeof FRESH) == sizeof FRESH - 1);
}

int main(void) {
    test_missing_and_empty_files_become_fresh();
    test_merging_again_changes_nothing();
    test_lines_of_the_image_stay();
    test_last_line_without_an_end_stays_whole();
    test_address_of_an_earlier_start_goes();
    test_complete_file_is_left_alone();
    test_name_in_a_comment_or_as_a_part_does_not_count();
    test_guest_without_an_address_has_localhost_alone();
    test_file_that_does_not_fit_is_told();
    return checked();
}
