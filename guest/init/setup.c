#include "setup.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "cgroups.h"
#include "channel.h"
#include "clock.h"
#include "config.h"
#include "disks.h"
#include "files.h"
#include "identity.h"
#include "network.h"
#include "process.h"
#include "report.h"
#include "say.h"
#include "secrets.h"
#include "settings.h"
#include "trust.h"
#include "users.h"
#include "world.h"

/* State of the set-up process. */
struct setup {
    struct channel channel;
    struct config config;
    struct disks disks;
    struct user user;
    int root, is_set_up, has_secrets;
};

/* Mounts, network, limits: all that does not depend on the files of the configuration. */
static int apply_setup(struct setup *setup) {
    struct config *config = &setup->config;
    if (set_clock(config->nanos) != 0 || find_disks(&config->disks, &setup->disks) != 0 ||
        mount_disks(&setup->disks, config) != 0)
        return -1;
    if (setup->disks.devices[DISK_ROOT][0] == '\0') return 0;
    if ((setup->root = open("/agent", O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0) return failed("cannot open /agent");
    if (find_user_in(setup->root, config->user, &setup->user) != 0) return -1;
    if (!config->agent) return bind_paths(setup->root, &setup->disks, config, &setup->user);
    if (set_hostname(config->hostname) != 0 || start_loopback() != 0) return -1;
    if (config->address[0] != '\0' &&
        start_network(config->address, (unsigned)config->prefix, config->gateway, (unsigned)config->mtu) != 0)
        return -1;
    apply_settings();
    if (make_cgroups(config->memory, config->pids) != 0) return -1;
    if (config->root == ROOT_READ_ONLY && mount_memory(setup->root) != 0) return -1;
    if (make_places(setup->root) != 0 || bind_paths(setup->root, &setup->disks, config, &setup->user) != 0) return -1;
    return write_identity(setup->root, config);
}

static int take_file(struct setup *setup, struct fields *fields) {
    struct config_file file;
    struct placement placement;
    int result;
    if (setup->root < 0) return refused("a file comes without a root to place it in");
    if (read_file_fields(fields, &file) != 0) return -1;
    placement = (struct placement){.path = file.path,
                                   .mode = (mode_t)(file.mode & 07777),
                                   .uid = (uid_t)file.uid,
                                   .gid = (gid_t)file.gid,
                                   .append = file.append != 0};
    result = place_file(setup->root, &placement, file.data, file.size);
    free(file.path);
    return result;
}

static int take_secret(struct setup *setup, struct fields *fields) {
    struct config_file file;
    int result;
    if (setup->root < 0 || !setup->config.agent) return refused("a secret comes without an agent");
    if (read_file_fields(fields, &file) != 0) return -1;
    result = setup->has_secrets ? 0 : mount_secrets(setup->root, &setup->user);
    setup->has_secrets = 1;
    if (result == 0) result = place_secret(file.path, file.data, file.size, &setup->user);
    free(file.path);
    return result;
}

static int take_trust(struct setup *setup, struct fields *fields) {
    struct field field, data = {0};
    char *path = NULL, *own = NULL;
    int more, result = 0;
    if (setup->root < 0) return refused("an authority comes without a root to place it in");
    while (result == 0 && (more = next_field(fields, &field)) > 0) {
        if (field.tag == TAG_DATA)
            data = field;
        else if (field.tag == TAG_PATH && path == NULL)
            result = (path = field_text(&field)) == NULL ? refused("PATH is no text") : 0;
        else if (field.tag == TAG_TEXT && own == NULL)
            result = (own = field_text(&field)) == NULL ? refused("TEXT is no text") : 0;
        else
            result = refused("TRUST has a field %d, which is unknown", field.tag);
    }
    if (result == 0 && (more < 0 || path == NULL)) result = refused("TRUST has no PATH, or ends within a field");
    if (result == 0) result = place_trust(setup->root, path, own, data.data, data.size);
    free(path);
    free(own);
    return result;
}

static int take_text_item(struct fields *fields, const char *what, struct texts *texts) {
    char *text = read_text_field(fields, what);
    return text == NULL ? -1 : add_item(texts, text);
}

static int take_call(struct setup *setup, struct message *message) {
    if (!setup->is_set_up && message->op != OP_SETUP) return refused("the first call is op %d, not SETUP", message->op);
    switch (message->op) {
    case OP_SETUP:
        if (setup->is_set_up) return refused("a second SETUP");
        setup->is_set_up = 1;
        return read_setup(&message->fields, &setup->config) == 0 ? apply_setup(setup) : -1;
    case OP_WORD:
        return take_text_item(&message->fields, "WORD", &setup->config.words);
    case OP_ENV:
        return take_text_item(&message->fields, "ENV", &setup->config.environment);
    case OP_FILE:
        return take_file(setup, &message->fields);
    case OP_TRUST:
        return take_trust(setup, &message->fields);
    case OP_SECRET:
        return take_secret(setup, &message->fields);
    default:
        return refused("op %d is none of a configuration", message->op);
    }
}

static int receive_config(struct setup *setup) {
    struct frame frame;
    struct message message;
    size_t total = 0;
    int result;
    do {
        if (read_frame(&setup->channel, &frame) != 0) return -1;
        if (frame.kind == FRAME_END) return setup->is_set_up ? 0 : refused("the configuration has no SETUP");
        if (frame.kind != FRAME_CALL || parse_message(&frame, &message) != 0)
            return refused("a frame of kind %d is none of a configuration", frame.kind);
        if ((total += frame.size) > MAX_CONFIGURATION)
            return refused("the configuration has more than %d bytes", MAX_CONFIGURATION);
        result = take_call(setup, &message);
        if (message.op == OP_SECRET) explicit_bzero(frame.payload, frame.size);
    } while (result == 0);
    return -1;
}

static int add_variable(struct texts *environment, const char *name, const char *value) {
    size_t size = strlen(name) + strlen(value) + 2;
    char *text;
    if (variable(environment, name) != NULL) return 0;
    if ((text = malloc(size)) == NULL) return refused("no memory for the environment");
    snprintf(text, size, "%s=%s", name, value);
    return add_item(environment, text);
}

static int keep_text(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), result;
    if (fd < 0) return failed("cannot write %s", path);
    result = write_fully(fd, text, strlen(text)) == 0 ? 0 : failed("cannot write %s", path);
    close(fd);
    return result;
}

static int keep_environment(const struct texts *environment) {
    int fd = open(STATE_ENVIRONMENT, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), result = 0;
    if (fd < 0) return failed("cannot write " STATE_ENVIRONMENT);
    for (size_t i = 0; result == 0 && i < environment->count; i++)
        if (write_fully(fd, environment->items[i], strlen(environment->items[i]) + 1) != 0)
            result = failed("cannot write " STATE_ENVIRONMENT);
    close(fd);
    return result;
}

static int keep_state(const struct config *config, pid_t world) {
    char number[16];
    snprintf(number, sizeof number, "%d", (int)world);
    if (mount("state", STATE_DIRECTORY, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700") != 0)
        return failed("cannot mount memory for " STATE_DIRECTORY);
    return keep_text(STATE_WORLD, number) == 0 && keep_text(STATE_USER, config->user) == 0 &&
                   keep_text(STATE_WORKDIR, config->workdir) == 0 && keep_environment(&config->environment) == 0
               ? 0
               : -1;
}

/* Last steps before the command: its directory, its environment, the root as read-only or not. */
static int finish_root(struct setup *setup) {
    struct config *config = &setup->config;
    int directory;
    if (config->words.count == 0) return refused("there is no command");
    directory = make_directory(setup->root, config->workdir, 0755, setup->user.uid, setup->user.gid, NULL);
    if (directory < 0) return -1;
    close(directory);
    if (add_variable(&config->environment, "PATH", DEFAULT_PATH) != 0 ||
        add_variable(&config->environment, "HOME", setup->user.home) != 0 ||
        (setup->user.name[0] != '\0' && add_variable(&config->environment, "USER", setup->user.name) != 0))
        return -1;
    return config->root == ROOT_READ_ONLY ? make_read_only() : 0;
}

static int start_world(struct setup *setup, struct report *report) {
    struct launch launch = {.config = &setup->config, .user = &setup->user};
    int start;
    report->kind = REPORT_WORLD;
    report->streams = setup->config.streams != 0;
    report->terminal = setup->config.terminal != 0;
    report->process = make_world(&launch, &start);
    if (report->process < 0) return -1;
    /*
     * The init must know the world before it can end it; the agent must not run before the host knows that all is
     * applied.
     */
    if (keep_state(&setup->config, report->process) != 0 || send_report(FD_STATUS, report, -1) != 0 ||
        answer_channel(&setup->channel, OP_GO, NULL) != 0)
        return -1;
    return write_fully(start, "", 1) == 0 ? 0 : failed("the agent's world is gone");
}

static int set_up(struct setup *setup) {
    struct report report = {.kind = REPORT_ALONE};
    if (open_channel(&setup->channel, ROLE_CONFIG) != 0 || receive_config(setup) != 0) return -1;
    /* The agent's world is made as a copy of this process. */
    drop_received(&setup->channel);
    report.kept = kept_disks(&setup->disks, &setup->config);
    memcpy(report.devices, setup->disks.devices, sizeof report.devices);
    if (setup->config.agent) return finish_root(setup) == 0 ? start_world(setup, &report) : -1;
    return send_report(FD_STATUS, &report, -1) == 0 ? answer_channel(&setup->channel, OP_GO, NULL) : -1;
}

_Noreturn void run_setup(void) {
    static struct setup setup;
    int result;
    setup.channel.fd = setup.root = -1;
    /* A host that is gone is a failure like any other. */
    signal(SIGPIPE, SIG_IGN);
    result = set_up(&setup);
    if (result != 0) {
        struct report report = {.kind = REPORT_ENDED, .how = HOW_SETUP};
        snprintf(report.text, sizeof report.text, "%.255s", reason());
        report.kept = kept_disks(&setup.disks, &setup.config);
        memcpy(report.devices, setup.disks.devices, sizeof report.devices);
        /* In this order: the init ends this process once it has the report. */
        if (setup.channel.fd >= 0) answer_channel(&setup.channel, OP_GO, report.text);
        send_report(FD_STATUS, &report, -1);
    }
    close_channel(&setup.channel);
    _exit(result == 0 ? 0 : 1);
}
