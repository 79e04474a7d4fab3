/* Users of the agent's root, by name and by number. */
#include "check.h"

#include "../init/say.h"
#include "../init/users.h"

static const char PASSWD[] = "root:x:0:0:root:/root:/bin/sh\n"
                             "# a comment\n"
                             "broken:x:nine:9::/:\n"
                             "agent:x:1000:1000:Agent,,,:/home/agent:/bin/bash\n"
                             "1234:x:77:78::/numbers:\n"
                             "homeless:x:1001:100:::/bin/sh\n"
                             "last:x:4294967294:5::/last:/bin/sh";
static const char GROUP[] =
    "root:x:0:\ndisk:x:6:agent\nbroken:x\nmany:x:77:other,agent,last\nusers:x:100:agent2,notagent\n"
    "agent:x:1000:\nlast:x:9:last";

static struct user user;

static int find(const char *spec) {
    return find_user(spec, PASSWD, GROUP, &user);
}

static int has_group(gid_t gid) {
    for (size_t i = 0; i < user.group_count; i++)
        if (user.groups[i] == gid) return 1;
    return 0;
}

static void test_name_brings_its_groups_and_home(void) {
    CHECK(find("agent") == 0);
    CHECK(user.uid == 1000 && user.gid == 1000);
    CHECK_TEXT(user.home, "/home/agent");
    CHECK_TEXT(user.name, "agent");
    CHECK(user.group_count == 3 && has_group(1000) && has_group(6) && has_group(77));
}

static void test_nothing_is_root(void) {
    CHECK(find("") == 0 && user.uid == 0 && user.gid == 0);
    CHECK_TEXT(user.home, "/root");
    CHECK(find_user("", "", "", &user) == 0 && user.uid == 0 && user.gid == 0);
    CHECK_TEXT(user.home, "/root");
    CHECK_TEXT(user.name, "root");
}

static void test_number_with_an_entry_is_that_user(void) {
    CHECK(find("1000") == 0 && user.uid == 1000 && user.gid == 1000);
    CHECK_TEXT(user.name, "agent");
    CHECK(has_group(6));
}

static void test_number_without_an_entry_is_a_user_all_the_same(void) {
    CHECK(find("4000") == 0 && user.uid == 4000 && user.gid == 0);
    CHECK_TEXT(user.home, "/");
    CHECK_TEXT(user.name, "");
    CHECK(user.group_count == 1 && has_group(0));
}

static void test_name_of_digits_comes_before_the_number(void) {
    CHECK(find("1234") == 0 && user.uid == 77 && user.gid == 78);
    CHECK_TEXT(user.home, "/numbers");
}

static void test_group_is_the_only_one(void) {
    CHECK(find("agent:disk") == 0 && user.uid == 1000 && user.gid == 6);
    CHECK(user.group_count == 1 && has_group(6));
    CHECK(find("agent:12345") == 0 && user.gid == 12345);
    CHECK(find("1000:1000") == 0 && user.uid == 1000 && user.gid == 1000);
}

static void test_home_that_is_empty_is_the_root_directory(void) {
    CHECK(find("homeless") == 0 && user.gid == 100);
    CHECK_TEXT(user.home, "/");
    CHECK(user.group_count == 1);
}

static void test_last_line_without_an_end_counts(void) {
    CHECK(find("last") == 0 && user.uid == 4294967294U && user.gid == 5);
    CHECK(has_group(77) && has_group(9) && has_group(5));
}

static void test_what_is_not_there_is_refused(void) {
    CHECK(find("nobody") == -1 && strstr(reason(), "user 'nobody'") != NULL);
    CHECK(find("agent:nogroup") == -1 && strstr(reason(), "group 'nogroup'") != NULL);
    CHECK(find("agen") == -1);
    CHECK(find("agent2") == -1);
    CHECK(find("broken") == -1);
    CHECK(find("-1") == -1);
    CHECK(find("4294967295") == -1);
    CHECK(find("99999999999") == -1);
    CHECK(find(":disk") == -1);
    CHECK(find("agent:") == -1);
    CHECK(find("# a comment") == -1);
}

static void test_more_groups_than_there_is_room_for_are_left_out(void) {
    char *group = malloc(MAX_GROUPS * 64);
    size_t used = 0;
    if (group == NULL) abort();
    for (int i = 0; i < MAX_GROUPS + 10; i++)
        used += (size_t)sprintf(group + used, "g%d:x:%d:agent\n", i, 2000 + i);
    CHECK(find_user("agent", PASSWD, group, &user) == 0 && user.group_count == MAX_GROUPS);
    free(group);
}

int main(void) {
    test_name_brings_its_groups_and_home();
    test_nothing_is_root();
    test_number_with_an_entry_is_that_user();
    test_number_without_an_entry_is_a_user_all_the_same();
    test_name_of_digits_comes_before_the_number();
    test_group_is_the_only_one();
    test_home_that_is_empty_is_the_root_directory();
    test_last_line_without_an_end_counts();
    test_what_is_not_there_is_refused();
    test_more_groups_than_there_is_room_for_are_left_out();
    return checked();
}
