#pragma once
// Glibc's Swift module leaves this header out.
#include <sys/epoll.h>
