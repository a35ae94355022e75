#pragma once
// libev, plus functions for those of its macros that Swift needs. `owner` goes to the watcher's `data`, where the
// callback finds the Swift object that the watcher belongs to.
#include <ev.h>

// Hooks and the loop's own check run ahead of the events of their turn.
static const int CLIBEV_FIRST = EV_MAXPRI;

static inline void clibev_io_init(ev_io *watcher, void (*callback)(struct ev_loop *, ev_io *, int), int descriptor,
                                  void *owner) {
    ev_io_init(watcher, callback, descriptor, EV_NONE);
    watcher->data = owner;
}

// Only while the watcher is stopped: gives it another descriptor.
static inline void clibev_io_adopt(ev_io *watcher, int descriptor) { ev_io_set(watcher, descriptor, EV_NONE); }

// Only between ev_io_stop and ev_io_start. Sets, instead of modifying, so that libev asks the kernel afresh even when
// the descriptor's number has meanwhile come to mean another file.
static inline void clibev_io_set(ev_io *watcher, int events) { ev_io_set(watcher, watcher->fd, events); }

static inline void clibev_timer_init(ev_timer *watcher, void (*callback)(struct ev_loop *, ev_timer *, int),
                                     void *owner) {
    ev_timer_init(watcher, callback, 0., 0.);
    watcher->data = owner;
}

// Only while the timer is stopped. Both in seconds; a repeat of zero makes it one-shot.
static inline void clibev_timer_set(ev_timer *watcher, double after, double repeat) {
    ev_timer_set(watcher, after, repeat);
}

static inline int clibev_timer_is_active(const ev_timer *watcher) {
    return ev_is_active(watcher) || ev_is_pending(watcher);
}

static inline void clibev_prepare_init(ev_prepare *watcher, void (*callback)(struct ev_loop *, ev_prepare *, int),
                                       void *owner) {
    ev_prepare_init(watcher, callback);
    watcher->data = owner;
}

static inline void clibev_idle_init(ev_idle *watcher, void (*callback)(struct ev_loop *, ev_idle *, int)) {
    ev_idle_init(watcher, callback);
}

static inline void clibev_check_init(ev_check *watcher, void (*callback)(struct ev_loop *, ev_check *, int),
                                     void *owner, int priority) {
    ev_check_init(watcher, callback);
    ev_set_priority(watcher, priority);
    watcher->data = owner;
}

static inline void clibev_async_init(ev_async *watcher, void (*callback)(struct ev_loop *, ev_async *, int),
                                     void *owner) {
    ev_async_init(watcher, callback);
    watcher->data = owner;
}

static inline void clibev_signal_init(ev_signal *watcher, void (*callback)(struct ev_loop *, ev_signal *, int),
                                      int signal, void *owner) {
    ev_signal_init(watcher, callback, signal);
    watcher->data = owner;
}
