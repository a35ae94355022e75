#define _GNU_SOURCE
#include "cmeter.h"

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum phase { STARTING, STEPPING, RELEASING, FAILED };

// What the tracer and the traced share.
struct meter {
    atomic_int phase;
    atomic_long steps;
};

static struct meter *meter;
static pid_t tracer;

static bool stopped(pid_t thread, int *signal) {
    int status;
    if (waitpid(thread, &status, __WALL) != thread || !WIFSTOPPED(status)) return false;
    // Events of the tracer's own making come as traps with a number above the signal.
    *signal = WSTOPSIG(status) == SIGTRAP || status >> 16 != 0 ? 0 : WSTOPSIG(status);
    return true;
}

// Where the thread's next instruction is, 0 if that cannot be told.
static uintptr_t position(pid_t thread) {
    struct user_regs_struct registers;
    struct iovec vector = {&registers, sizeof registers};
    if (ptrace(PTRACE_GETREGSET, thread, 1 /* NT_PRSTATUS */, &vector) != 0) return 0;
#if defined(__x86_64__)
    return registers.rip;
#elif defined(__aarch64__)
    return registers.pc;
#else
#error "where does this processor keep its program counter?"
#endif
}

// Whether that is in the page that the kernel lends every process. A clock is read there, again
// whenever the kernel has set it meanwhile; that slowly, it nearly always has.
static bool reads_clock(uintptr_t position) {
    const uintptr_t page = getauxval(AT_SYSINFO_EHDR), longest = 1 << 14;
    return position - page < longest;
}

// The tracer's whole life. It is forked from a process of several threads, so it does system calls
// only.
static void trace(pid_t thread) {
    int signal;
    uintptr_t at = 0;
    // Not before the other side has allowed it.
    while (atomic_load(&meter->phase) == STARTING && ptrace(PTRACE_SEIZE, thread, 0, 0) != 0) {
        if (getppid() == 1) _exit(1);
        sched_yield();
    }
    if (atomic_load(&meter->phase) == FAILED) _exit(1);
    if (ptrace(PTRACE_INTERRUPT, thread, 0, 0) != 0 || !stopped(thread, &signal)) _exit(1);
    atomic_store(&meter->phase, STEPPING);
    while (atomic_load(&meter->phase) == STEPPING) {
        if (ptrace(PTRACE_SINGLESTEP, thread, 0, signal) != 0) _exit(1);
        if (!stopped(thread, &signal)) _exit(1);
        if (signal != 0) continue;
        const uintptr_t before = at;
        at = position(thread);
        // An instruction that repeats itself, as copies do, takes a step for each time.
        if (at != before && !reads_clock(at)) atomic_fetch_add(&meter->steps, 1);
    }
    ptrace(PTRACE_DETACH, thread, 0, signal);
    _exit(0);
}

bool meter_step(pid_t thread) {
    if (thread == 0) thread = gettid();
    if (meter == NULL) {
        void *memory = mmap(
            NULL, sizeof *meter, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) return false;
        meter = memory;
    }
    atomic_store(&meter->phase, STARTING);
    atomic_store(&meter->steps, 0);
    tracer = fork();
    if (tracer < 0) return false;
    if (tracer == 0) trace(thread);
    // Where the security module Yama is, a child may trace its parent only with leave.
    prctl(PR_SET_PTRACER, tracer, 0, 0, 0);
    // Where it never may, it tries for two seconds.
    for (int tries = 0; tries < 2000 && atomic_load(&meter->phase) == STARTING; tries++) {
        usleep(1000);
    }
    int expected = STARTING;
    if (!atomic_compare_exchange_strong(&meter->phase, &expected, FAILED)) return true;
    meter_join();
    return false;
}

long meter_steps(void) { return atomic_load(&meter->steps); }

void meter_release(void) { atomic_store(&meter->phase, RELEASING); }

void meter_join(void) {
    int status;
    waitpid(tracer, &status, 0);
}
