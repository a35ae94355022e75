// What the microbenchmarks count, of the process that they run in.

#pragma once
#include <stdbool.h>
#include <sys/types.h>

// How often memory was asked for since the process began, by any thread and any way that leads to
// malloc, calloc, realloc or an aligned kin of theirs.
long meter_allocations(void);

// The thread of that name in this process, -1 if there is none.
pid_t meter_thread(const char *name);

// Begins to count the user-space instructions of a thread (0: the one that calls), by stepping through
// them from another process: exact, the same on every run, needs no hardware counter, and is slow (10 to
// 50 µs each). What it takes to read the clock is left out.
// One thread at a time. False if the system does not let processes trace each other.
bool meter_step(pid_t thread);

// Instructions of the thread so far.
long meter_steps(void);

// Ends the counting: at the latest the thread's next instruction runs freely. A thread that waits
// has to be woken up before `meter_join` returns.
void meter_release(void);
void meter_join(void);
