package dev.nullbox.cage.jail;

import static dev.nullbox.natives.linux.Syscalls.*;

import dev.nullbox.cage.jail.SyscallRule.Never;
import dev.nullbox.cage.jail.SyscallRule.NotWithFlags;
import dev.nullbox.cage.jail.SyscallRule.OnlyWith;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Namespaces;
import dev.nullbox.natives.linux.Sockets;
import java.util.ArrayList;
import java.util.List;

/**
 * Deny list of system calls of a VMM. Many of them already fail for lack of a capability, or are not in the appliance's
 * kernel: the filter is the second line of defence.
 */
final class SyscallPolicy {
    private static final int NEW_NAMESPACES = Namespaces.CLONE_NEWNS
            | Namespaces.CLONE_NEWCGROUP
            | Namespaces.CLONE_NEWUTS
            | Namespaces.CLONE_NEWIPC
            | Namespaces.CLONE_NEWUSER
            | Namespaces.CLONE_NEWPID
            | Namespaces.CLONE_NEWNET;

    static final List<SyscallRule> RULES = rules();

    private SyscallPolicy() {}

    private static List<SyscallRule> rules() {
        List<SyscallRule> rules = new ArrayList<>();
        never(
                rules,
                "the machine and its kernel are the appliance's",
                SYS_reboot,
                SYS_kexec_load,
                SYS_kexec_file_load,
                SYS_init_module,
                SYS_finit_module,
                SYS_delete_module,
                SYS_iopl,
                SYS_ioperm,
                SYS_modify_ldt,
                SYS_swapon,
                SYS_swapoff,
                SYS_acct,
                SYS_syslog,
                SYS_quotactl,
                SYS_quotactl_fd,
                SYS_vhangup,
                SYS_sethostname,
                SYS_setdomainname);
        never(rules, "time is the appliance's", SYS_settimeofday, SYS_clock_settime, SYS_adjtimex, SYS_clock_adjtime);
        never(
                rules,
                "its files and namespaces are as the jail made them",
                SYS_mount,
                SYS_umount2,
                SYS_pivot_root,
                SYS_chroot,
                SYS_setns,
                SYS_open_tree,
                SYS_move_mount,
                SYS_fsopen,
                SYS_fsconfig,
                SYS_fsmount,
                SYS_fspick,
                SYS_mount_setattr,
                SYS_open_by_handle_at,
                SYS_fanotify_init);
        never(
                rules,
                "it needs no other process",
                SYS_ptrace,
                SYS_process_vm_readv,
                SYS_process_vm_writev,
                SYS_process_madvise,
                SYS_kcmp,
                SYS_pidfd_getfd);
        never(
                rules,
                "large parts of the kernel that neither libkrun nor a Java runtime needs, and that exploits begin with",
                SYS_bpf,
                SYS_perf_event_open,
                SYS_userfaultfd,
                SYS_io_uring_setup,
                SYS_io_uring_enter,
                SYS_io_uring_register,
                SYS_add_key,
                SYS_request_key,
                SYS_keyctl,
                SYS_memfd_secret,
                SYS_vmsplice,
                SYS_msgget,
                SYS_semget,
                SYS_shmget,
                SYS_mq_open,
                SYS_uselib,
                SYS_personality);
        rules.add(new NotWithFlags(SYS_unshare, NEW_NAMESPACES, Errno.EPERM, "no namespaces of its own"));
        rules.add(new NotWithFlags(SYS_clone, NEW_NAMESPACES, Errno.EPERM, "no namespaces of its own"));
        rules.add(new Never(SYS_clone3, Errno.ENOSYS, "its flags lie in memory; the C library then uses clone"));
        rules.add(new OnlyWith(
                SYS_socket,
                List.of(Sockets.AF_UNIX, Sockets.AF_INET, Sockets.AF_INET6),
                Errno.EAFNOSUPPORT,
                "the second stage checks that its ports are closed; no netlink, no packets, no other protocols"));
        return List.copyOf(rules);
    }

    private static void never(List<SyscallRule> rules, String why, int... numbers) {
        for (int number : numbers) {
            rules.add(new Never(number, Errno.EPERM, why));
        }
    }
}
