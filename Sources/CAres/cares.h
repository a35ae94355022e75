#pragma once
// c-ares. Its header includes the system's socket headers; taken from the module of the C library first, their types
// are everywhere Glibc's, and do not belong to whichever of the two modules the compiler happens to load earlier.
#pragma clang module import SwiftGlibc
#include <ares.h>
