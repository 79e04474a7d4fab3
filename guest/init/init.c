#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroups.h"
#include "channel.h"
#include "clock.h"
#include "process.h"
#include "protocol.h"
#include "say.h"
#include "setup.h"
#include "world.h"

enum {
    HEARTBEAT_MS = 2000,
    /* Timeout of output that the host does not read: the rest is lost. */
    DRAIN_LIMIT_MS = 10000,
    /* Timeouts of processes of the agent that do not end, then of disks that are not free. */
    EMPTY_LIMIT_MS = 5000,
    DISKS_LIMIT_MS = 50000,
    RELEASE_LIMIT_MS = 60000,
    /* Timeout of the host's closing the connection, by which it confirms the report. */
    REPORT_LIMIT_MS = 2000,
    CONTROL_OUT_SIZE = 16384
};

/* Indexes in the set of polled descriptors. */
enum {
    POLL_SIGNALS,
    POLL_STATUS,
    POLL_CONTROL,
    POLL_OUTPUT,
    POLL_INPUT,
    POLL_PIPES,
    POLL_COUNT = POLL_PIPES + OUTPUT_STREAMS
};

static void start_setup(struct init *init) {
    int sockets[2], writers[OUTPUT_STREAMS], reader;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0) {
        failed("cannot make the socket of reports");
        end_run(init, HOW_SETUP, 0, reason());
        return;
    }
    init->status = sockets[0];
    if (make_output(&init->output, writers, &reader) != 0 || (init->setup = fork()) < 0) {
        init->setup = 0;
        end_run(init, HOW_SETUP, 0, reason());
        return;
    }
    if (init->setup == 0) {
        /* Moved apart first, so that none overwrites another. */
        int status = fcntl(sockets[1], F_DUPFD_CLOEXEC, FD_FIRST_OTHER + 16);
        int out = fcntl(writers[0], F_DUPFD_CLOEXEC, FD_FIRST_OTHER + 16);
        int error = fcntl(writers[1], F_DUPFD_CLOEXEC, FD_FIRST_OTHER + 16);
        int in = fcntl(reader, F_DUPFD_CLOEXEC, FD_FIRST_OTHER + 16);
        dup3(status, FD_STATUS, O_CLOEXEC);
        dup3(out, FD_STDOUT, O_CLOEXEC);
        dup3(error, FD_STDERR, O_CLOEXEC);
        dup3(in, FD_STDIN, O_CLOEXEC);
        close_from(FD_FIRST_OTHER);
        reset_signals();
        run_setup();
    }
    close(sockets[1]);
    close(reader);
    for (int i = 0; i < OUTPUT_STREAMS; i++)
        close(writers[i]);
}

static void enter_stage(struct init *init, enum stage stage, long limit_ms) {
    init->stage = stage;
    init->stage_ends_at = limit_ms == 0 ? 0 : now_ms() + limit_ms;
}

static void record_end(struct init *init, int how, int code, const char *text) {
    if (init->ending.is_known) return;
    init->ending.is_known = 1;
    init->ending.how = how;
    init->ending.code = code;
    snprintf(init->ending.text, sizeof init->ending.text, "%s", text);
}

void end_run(struct init *init, int how, int code, const char *text) {
    record_end(init, how, code, text);
    if (init->stage >= STAGE_DRAIN) return;
    if (init->setup > 0) kill(init->setup, SIGKILL);
    if (init->world > 0) kill_agent_cgroup();
    enter_stage(init, STAGE_DRAIN, DRAIN_LIMIT_MS);
}

/* The command's end as its world has reported it, or the end of a world that could not report. */
static void end_of_world(struct init *init, int status) {
    int was_killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    init->world = 0;
    if (init->ending.is_known) was_killed = init->ending.how == HOW_SIGNALLED && init->ending.code == SIGKILL;
    /* reboot(2) within a PID namespace ends its first process by one of these two (pid_namespaces(7)). */
    else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGHUP)
        record_end(init, HOW_REBOOT, 0, "");
    else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGINT)
        record_end(init, HOW_POWER_OFF, 0, "");
    else if (WIFSIGNALED(status))
        record_end(init, HOW_SIGNALLED, WTERMSIG(status), "");
    else
        record_end(init, HOW_SETUP, 0, "the agent's world has ended without a word");
    if (was_killed && !init->was_killed && out_of_memory_kills() > 0) init->ending.how = HOW_OUT_OF_MEMORY;
    end_run(init, 0, 0, "");
}

static void take_report(struct init *init, const struct report *report, int descriptor) {
    switch (report->kind) {
    case REPORT_REPAIR:
        init->owes_repair = init->stage == STAGE_SETUP;
        break;
    case REPORT_ALONE:
    case REPORT_WORLD:
        if (init->stage != STAGE_SETUP || init->world != 0) break;
        init->kept = report->kept;
        memcpy(init->devices, report->devices, sizeof init->devices);
        if (report->kind == REPORT_ALONE) {
            enter_stage(init, STAGE_ALONE, 0);
            init->owes_started = 1;
        } else {
            init->world = report->process;
            open_output(&init->output, report->streams, report->terminal);
        }
        break;
    case REPORT_TERMINAL:
        if (init->stage != STAGE_SETUP || init->world == 0) break;
        use_terminal(&init->output, descriptor);
        return;
    case REPORT_STARTED:
        if (init->stage != STAGE_SETUP || init->world == 0) break;
        init->command = descriptor;
        enter_stage(init, STAGE_RUN, 0);
        init->owes_started = 1;
        return;
    case REPORT_ENDED:
        record_end(init, report->how, report->code, report->text);
        if (init->world == 0) {
            init->kept = report->kept;
            memcpy(init->devices, report->devices, sizeof init->devices);
        }
        /* A world that has reported its end is about to end; see DRAIN for one that does not. */
        end_run(init, 0, 0, "");
        break;
    }
    if (descriptor >= 0) close(descriptor);
}

static void take_reports(struct init *init) {
    struct report report;
    int descriptor, more = init->status < 0 ? 0 : 1;
    while (more > 0 && (more = receive_report(init->status, &report, &descriptor)) > 0)
        take_report(init, &report, descriptor);
    if (more >= 0) return;
    close(init->status);
    init->status = -1;
}

static void take_child(struct init *init, pid_t child, int status) {
    char error[REASON_SIZE];
    uint32_t id;
    if (child == init->setup) {
        init->setup = 0;
        if (init->stage == STAGE_SETUP && init->world == 0)
            end_run(init, HOW_SETUP, 0, "the set-up process has ended without a word");
    } else if (child == init->world) {
        end_of_world(init, status);
    } else if (child == init->releaser) {
        init->releaser = 0;
    } else if (child == init->tools) {
        init->tools = 0;
        say("the tools have ended (%s %d)", WIFSIGNALED(status) ? "signal" : "code",
            WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    } else if (finish_check(&init->checks, child, status, &id, error, sizeof error)) {
        answer_host(init, OP_CHECK, id, error[0] == '\0' ? NULL : error);
    }
}

static void take_children(struct init *init) {
    int status;
    pid_t child;
    while ((child = waitpid(-1, &status, WNOHANG)) > 0) {
        /* A process that has ended has reported before. */
        take_reports(init);
        take_child(init, child, status);
    }
}

static void start_release(struct init *init) {
    if (init->tools > 0) kill(init->tools, SIGKILL);
    if (init->command >= 0) close(init->command);
    init->command = -1;
    enter_stage(init, STAGE_RELEASE, RELEASE_LIMIT_MS);
    init->releaser = fork();
    if (init->releaser == 0) {
        int64_t deadline = now_ms() + EMPTY_LIMIT_MS;
        reset_signals();
        kill_agent_cgroup();
        while (is_agent_populated() && now_ms() < deadline)
            sleep_ms(2);
        _exit(release_disks(init->kept, init->devices, DISKS_LIMIT_MS) == 0 ? 0 : 1);
    }
    if (init->releaser < 0) init->releaser = 0;
}

static void add_exit(struct init *init) {
    struct frame_writer *writer = &init->control.out;
    begin_frame(writer, FRAME_EXIT);
    add_number(writer, TAG_HOW, (uint64_t)init->ending.how);
    add_number(writer, TAG_CODE, (uint64_t)init->ending.code);
    add_text(writer, TAG_TEXT, init->ending.text);
    end_frame(writer);
}

/* Moves a finished stage on to the next; true when it did. */
static int advance(struct init *init, int64_t now) {
    int is_late = init->stage_ends_at != 0 && now >= init->stage_ends_at,
        is_host_gone = init->control.state == LINK_BROKEN;
    switch (init->stage) {
    case STAGE_DRAIN:
        if (!is_late && !is_host_gone && (init->setup > 0 || init->world > 0 || !is_output_over(&init->output)))
            return 0;
        if (is_late) say("output is lost, or processes do not end: the guest ends all the same");
        start_release(init);
        return 1;
    case STAGE_RELEASE:
        if (init->releaser > 0 && !is_late) return 0;
        if (is_late) say("disks are not free: the guest ends all the same");
        /* A host that has not answered the hello yet still has its timeout. */
        enter_stage(init, STAGE_REPORT, REPORT_LIMIT_MS + (init->control.state == LINK_OPEN ? 0 : HELLO_LIMIT_MS));
        init->control.may_close = 1;
        init->owes_exit = 1;
        return 1;
    case STAGE_REPORT:
        if (!is_late && !is_host_gone) return 0;
        reboot(RB_AUTOBOOT);
        return 0;
    default:
        return 0;
    }
}

/* The set-up process may be ready, or have failed, before the host has answered the hello of this connection. */
static void tell_what_is_owed(struct init *init) {
    if (init->control.state != LINK_OPEN) return;
    if (init->owes_repair) call_host(init, OP_REPAIR);
    if (init->owes_started) call_host(init, OP_STARTED);
    if (init->owes_exit) add_exit(init);
    init->owes_repair = init->owes_started = init->owes_exit = 0;
}

static void see_to_control(struct init *init) {
    struct frame frame;
    while (link_frame(&init->control, &frame))
        take_control_frame(init, &frame);
    if (init->control.state == LINK_BROKEN && init->stage < STAGE_DRAIN)
        end_run(init, HOW_SETUP, 0, "the host is gone");
}

static void see_to_times(struct init *init, int64_t now) {
    if (init->control.state == LINK_OPEN && init->stage < STAGE_REPORT && now >= init->heartbeat_at) {
        call_host(init, OP_HEARTBEAT);
        init->heartbeat_at = now + HEARTBEAT_MS;
    }
    if (init->kill_at != 0 && now >= init->kill_at) {
        init->kill_at = 0;
        if (init->stage == STAGE_RUN) {
            init->was_killed = 1;
            kill_agent_cgroup();
        }
    }
}

static int64_t sooner(int64_t one, int64_t other) {
    if (one == 0 || other == 0) return one + other;
    return one < other ? one : other;
}

static int64_t next_time(struct init *init, int64_t now) {
    int64_t next = sooner(init->kill_at, init->stage_ends_at);
    next = sooner(next, expire_checks(&init->checks, now));
    if (init->control.state == LINK_OPEN && init->stage < STAGE_REPORT) next = sooner(next, init->heartbeat_at);
    if (init->control.state == LINK_DIALLED || init->control.state == LINK_GREETING)
        next = sooner(next, init->control.deadline);
    if (init->output.link.state == LINK_DIALLED || init->output.link.state == LINK_GREETING)
        next = sooner(next, init->output.link.deadline);
    if (init->output.pause_until > now && !init->output.is_ended) next = sooner(next, init->output.pause_until);
    return next;
}

static void wait_for_events(struct init *init, int signals, short events[POLL_COUNT]) {
    struct pollfd set[POLL_COUNT] = {[POLL_SIGNALS] = {signals, POLLIN, 0},
                                     [POLL_STATUS] = {init->status, POLLIN, 0},
                                     [POLL_CONTROL] = {init->control.fd, link_events(&init->control), 0},
                                     [POLL_OUTPUT] = {init->output.link.fd, link_events(&init->output.link), 0},
                                     [POLL_INPUT] = {input_to_poll(&init->output), POLLOUT, 0}};
    int64_t now = now_ms(), next = next_time(init, now);
    int wait = next == 0 ? -1 : next <= now ? 0 : (int)(next - now);
    for (int i = 0; i < OUTPUT_STREAMS; i++)
        set[POLL_PIPES + i] = (struct pollfd){wants_output(&init->output, now) ? init->output.pipes[i] : -1, POLLIN, 0};
    if (poll(set, POLL_COUNT, wait) < 0) memset(events, 0, POLL_COUNT * sizeof *events);
    for (int i = 0; i < POLL_COUNT; i++)
        events[i] = set[i].revents;
}

/* Output that the host reads gives an ending run more time. */
static void see_to_output(struct init *init, short events) {
    turn_link(&init->output.link, events);
    take_input(&init->output);
    if (init->stage >= STAGE_DRAIN) send_rest(&init->output);
    if (pump_output(&init->output) && init->stage == STAGE_DRAIN) init->stage_ends_at = now_ms() + DRAIN_LIMIT_MS;
    if (init->output.link.state == LINK_BROKEN && init->stage < STAGE_DRAIN)
        end_run(init, HOW_SETUP, 0, "the output connection is broken");
}

_Noreturn void run_init(struct init *init) {
    static uint8_t control_in[CHANNEL_SIZE], control_out[CONTROL_OUT_SIZE];
    short events[POLL_COUNT];
    sigset_t all;
    int signals;
    init->status = init->command = init->control.fd = init->output.link.fd = -1;
    init->output.pipes[0] = init->output.pipes[1] = init->output.input = -1;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
    open_link(&init->control, ROLE_INIT, control_in, sizeof control_in, control_out, sizeof control_out);
    start_setup(init);
    for (;;) {
        struct signalfd_siginfo ignored[8];
        wait_for_events(init, signals, events);
        while (events[POLL_SIGNALS] != 0 && read(signals, ignored, sizeof ignored) > 0)
            continue;
        take_reports(init);
        take_children(init);
        turn_link(&init->control, events[POLL_CONTROL]);
        see_to_control(init);
        see_to_output(init, events[POLL_OUTPUT]);
        see_to_times(init, now_ms());
        while (advance(init, now_ms()))
            continue;
        tell_what_is_owed(init);
    }
}
