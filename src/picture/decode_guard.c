#include "picture/decode_guard.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Sanitizers reserve terabytes of addresses and make system calls of their own while they report:
 * under them only the limits stay that they can live with. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#if defined(__x86_64__)
#define AUDITED AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define AUDITED AUDIT_ARCH_AARCH64
#endif

enum { FIRST_FREE = 3, MOST_OPEN = 1 << 16 };

static void close_from(int first)
{
#ifdef SYS_close_range
    if (syscall(SYS_close_range, (unsigned)first, ~0u, 0u) == 0)
        return;
#endif
    struct rlimit limit;
    int end = MOST_OPEN;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < MOST_OPEN)
        end = (int)limit.rlim_cur;
    for (int fd = first; fd < end; fd++)
        close(fd);
}

/* A handler of the program's would put its terminal in order from here. */
static void forget_signals(void)
{
    sigset_t none;
    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL); /* two of them refuse */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

bool guard_detach(int *kept, size_t count, int parent)
{
    forget_signals();
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) /* it may be gone already */
        return false;
    setsid(); /* fails where it leads one already, which is as well */
    for (size_t i = 0; i < count; i++) { /* out of the way first */
        kept[i] = fcntl(kept[i], F_DUPFD, FIRST_FREE + (int)count);
        if (kept[i] < 0)
            return false;
    }
    int null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < FIRST_FREE; fd++)
        if (null < 0 || dup2(null, fd) != fd)
            close(fd);
    for (size_t i = 0; i < count; i++) {
        int to = FIRST_FREE + (int)i;
        if (dup2(kept[i], to) != to)
            return false;
        kept[i] = to;
    }
    close_from(FIRST_FREE + (int)count);
    return true;
}

static bool limit(int which, rlim_t most)
{
    struct rlimit had, wanted = {most, most};
    if (getrlimit(which, &had) != 0)
        return false;
    if (had.rlim_max < most) /* it is held tighter already */
        wanted = (struct rlimit){had.rlim_max, had.rlim_max};
    return setrlimit(which, &wanted) == 0;
}

bool guard_limit(int64_t file_bytes)
{
    signal(SIGXFSZ, SIG_IGN); /* the write fails, which is told */
    return limit(RLIMIT_CORE, 0) && limit(RLIMIT_NPROC, 0) && limit(RLIMIT_NOFILE, 0) &&
           limit(RLIMIT_FSIZE, (rlim_t)file_bytes) &&
           (SANITIZED || limit(RLIMIT_AS, GUARD_MEMORY_BYTES));
}

bool guard_processor(int ms)
{
    struct rusage used;
    struct rlimit limits;
    if (getrusage(RUSAGE_SELF, &used) != 0 || getrlimit(RLIMIT_CPU, &limits) != 0)
        return false;
    rlim_t until = (rlim_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec + (ms + 999) / 1000 + 1);
    limits.rlim_cur = until < limits.rlim_max ? until : limits.rlim_max;
    return setrlimit(RLIMIT_CPU, &limits) == 0;
}

#ifdef AUDITED

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
/* The lower half of an argument: both architectures are little-endian. */
#define LOAD_ARGUMENT(n) LOAD(args[n])
#define SAY(what) BPF_STMT(BPF_RET | BPF_K, what)
#define ALLOW(name) \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), SAY(SECCOMP_RET_ALLOW)
/* NAME where bit BITS of its argument N are all 0. Behind it the call's number is to be loaded. */
#define ALLOW_WITHOUT(name, n, bits) \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 4), LOAD_ARGUMENT(n), \
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 1, 0), SAY(SECCOMP_RET_ALLOW), \
        SAY(SECCOMP_RET_ERRNO | 1 /* EPERM */)

static bool install(void)
{
    struct sock_filter filter[] = {
        LOAD(arch),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDITED, 1, 0),
        SAY(SECCOMP_RET_KILL),
        LOAD(nr),
        /* the order, the file, the pixels, the answer */
        ALLOW(recvfrom),
        ALLOW(pread64),
        ALLOW(pwrite64),
        ALLOW(sendto),
        /* memory, none of it code */
        ALLOW(brk),
        ALLOW(munmap),
        ALLOW(mremap),
        ALLOW(madvise),
        ALLOW_WITHOUT(mmap, 2, PROT_EXEC),
        ALLOW_WITHOUT(mprotect, 2, PROT_EXEC),
        /* locks of the C library, its clock and chance */
        ALLOW(futex),
        ALLOW(clock_gettime),
        ALLOW(getrandom),
        /* guard_processor(): limits of this process only */
        ALLOW(getrusage),
        ALLOW_WITHOUT(prlimit64, 0, 0xffffffff),
        /* the end, by exit() or abort() */
        ALLOW(rt_sigprocmask),
        ALLOW(rt_sigaction),
        ALLOW(rt_sigreturn),
        ALLOW(getpid),
        ALLOW(gettid),
        ALLOW(exit),
        ALLOW(exit_group),
        SAY(SECCOMP_RET_ERRNO | 1 /* EPERM */),
    };
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

bool guard_filter(void)
{
    return !SANITIZED && install();
}

#else

bool guard_filter(void)
{
    return false;
}

#endif
