#pragma once
/** What the helpers beside the server share: each works on bytes from outside, alone, with little memory and time, without network and
 *  other programs. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CAGE_DONE, CAGE_OTHER, CAGE_INVALID, CAGE_TOO_LARGE };      /* exit codes; standard error says why in one line */

static inline _Noreturn void cage_stop(int code, const char *why)
{
    fprintf(stderr, "%s\n", why);
    _exit(code);
}

static inline void cage_limit(int what, rlim_t most)
{
    struct rlimit r = { most, most };
    if (setrlimit(what, &r) != 0) cage_stop(CAGE_OTHER, "cannot set a limit");
}

/** What such work never needs is refused: sockets, other programs, looking at other processes. */
static inline void cage_close(void)
{
    static const int refused[] = { SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_listen, SYS_accept, SYS_accept4, SYS_execve, SYS_execveat,
                                   SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kill, SYS_tgkill, SYS_unlink, SYS_unlinkat, SYS_rename, SYS_renameat2,
                                   SYS_mount, SYS_bpf, SYS_keyctl };
    enum { N = sizeof refused / sizeof *refused };
    struct sock_filter code[N + 4];
    size_t n = 0;
    code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < N; i++)
        code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)refused[i], (unsigned char)(N - i), 0);
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
    struct sock_fprog program = { (unsigned short)n, code };
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) cage_stop(CAGE_OTHER, "cannot give up privileges");
    /* a kernel without seccomp filters still has the limits around us */
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0 && errno != EINVAL && errno != ENOSYS) cage_stop(CAGE_OTHER, "cannot set the system call filter");
}
