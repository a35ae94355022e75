#pragma once
// What Glibc's Swift module leaves out or cannot import, as static inline functions. Without _GNU_SOURCE, which would
// give fd_set and others a different definition here than in that module; and from that module, so that the types of
// the system's headers are Glibc's and not this module's.
#pragma clang module import SwiftGlibc
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int accept4(int, struct sockaddr *, socklen_t *, int);
int pthread_setname_np(pthread_t, const char *);
int pthread_attr_setaffinity_np(pthread_attr_t *, size_t, const cpu_set_t *);
int sched_getaffinity(pid_t, size_t, cpu_set_t *);

static inline int cglibc_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags) {
    return accept4(fd, address, length, flags);
}

// The C library's own read and send let the thread be cancelled meanwhile, which nobody does and which takes 40
// instructions, as much as all else that a GET spends on either.
static inline ssize_t cglibc_read(int fd, void *buffer, size_t size) { return syscall(SYS_read, fd, buffer, size); }

static inline ssize_t cglibc_send(int fd, const void *buffer, size_t size, int flags) {
    return syscall(SYS_sendto, fd, buffer, size, flags, NULL, 0);
}

// Moves bytes between a socket and a pipe within the kernel; neither end may make it wait. With `more`, a socket may hold
// back what does not fill a segment, since something follows soon.
static inline ssize_t cglibc_splice(int from, int to, size_t size, int more) {
    // SPLICE_F_MOVE is 1, SPLICE_F_NONBLOCK 2, SPLICE_F_MORE 4.
    return syscall(SYS_splice, from, NULL, to, NULL, size, more ? 7 : 3);
}

// A pipe, its reading end first, both ends non-blocking and close-on-exec, with room for so many bytes in whole pages;
// returns 0, or -1 with errno set and without a pipe.
static inline int cglibc_open_pipe(int ends[2], int capacity) {
    // F_SETPIPE_SZ.
    const int set_size = 1031;
    if (syscall(SYS_pipe2, ends, O_NONBLOCK | O_CLOEXEC) != 0) return -1;
    if (fcntl(ends[1], set_size, capacity) >= 0) return 0;
    const int error = errno;
    close(ends[0]);
    close(ends[1]);
    errno = error;
    return -1;
}

static inline pid_t cglibc_fork(void) { return fork(); }

// Names the calling thread, as ps and top show it; the kernel refuses names of more than 15 bytes.
static inline int cglibc_name_thread(const char *name) { return pthread_setname_np(pthread_self(), name); }

// CPUs have numbers below this here; on a machine with more, those are not seen.
static const int CGLIBC_CPUS = __CPU_SETSIZE;

// The numbers of the CPUs that the calling thread may run on, ascending; returns how many, 0 if the kernel does not say.
static inline int cglibc_usable_cpus(int numbers[__CPU_SETSIZE]) {
    cpu_set_t set;
    int count = 0;
    if (sched_getaffinity(0, sizeof(set), &set) != 0) return 0;
    for (int cpu = 0; cpu < __CPU_SETSIZE; cpu++) {
        if (set.__bits[__CPUELT(cpu)] & __CPUMASK(cpu)) numbers[count++] = cpu;
    }
    return count;
}

// Creates a thread that runs on one CPU only, or on any if that is negative; returns 0 or an error's number.
static inline int cglibc_create_thread(pthread_t *thread, int cpu, void *(*body)(void *), void *argument) {
    pthread_attr_t attributes;
    cpu_set_t set = {{0}};
    int error = cpu < __CPU_SETSIZE ? pthread_attr_init(&attributes) : EINVAL;
    if (error) return error;
    if (cpu >= 0) {
        set.__bits[__CPUELT(cpu)] = __CPUMASK(cpu);
        error = pthread_attr_setaffinity_np(&attributes, sizeof(set), &set);
    }
    if (!error) error = pthread_create(thread, &attributes, body, argument);
    pthread_attr_destroy(&attributes);
    return error;
}

// prctl is variadic, which Swift does not import. In nanoseconds.
static inline void cglibc_set_timer_slack(unsigned long slack) { prctl(PR_SET_TIMERSLACK, slack); }

// Glibc's module has no malloc.h.
int malloc_trim(size_t pad);

/// Gives the allocator's free pages back to the system.
static inline void cglibc_trim_memory(void) { (void)malloc_trim(0); }
