// Eight values at once, for what Swift's own vectors cannot: code for a processor that has the
// instructions, chosen when the program runs. A build for any x86-64 has no 32-bit multiplication
// of vectors.

#ifndef CLANES_H
#define CLANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#define CLANES_TARGET __attribute__((target("avx2")))
static inline bool clanes_are_fast(void) { return __builtin_cpu_supports("avx2"); }
#else
// Every AArch64 multiplies vectors.
#define CLANES_TARGET
static inline bool clanes_are_fast(void) {
#if defined(__aarch64__)
    return true;
#else
    return false;
#endif
}
#endif

enum { CLANES = 8 };

typedef uint32_t clanes_unsigned __attribute__((ext_vector_type(8)));
typedef int32_t clanes_signed __attribute__((ext_vector_type(8)));

static inline uint32_t clanes_load(const uint8_t *bytes) {
    uint32_t word;
    memcpy(&word, bytes, sizeof(word));
    return word;
}

// FNV-1a of one to eight keys, each byte taken as signed.
//
// ranges: of each key its offset in `bytes` and its length; hashes: room for eight. As many bytes as
// all keys have are mixed in side by side, the rest of the longer ones alone. Returns the shortest
// key's length.
CLANES_TARGET static inline size_t clanes_fnv1a(
    const uint8_t *bytes, const size_t *ranges, size_t count, uint32_t basis, uint32_t prime,
    uint32_t *hashes) {
    const uint8_t *keys[CLANES];
    size_t shortest = SIZE_MAX, sum = 0;
    for (size_t lane = 0; lane < count; lane++) {
        const size_t length = ranges[2 * lane + 1];
        keys[lane] = bytes + ranges[2 * lane];
        shortest = length < shortest ? length : shortest;
        sum += length;
    }
    for (size_t lane = count; lane < CLANES; lane++) keys[lane] = keys[0];
    const size_t common = shortest & ~(size_t)3;

    clanes_unsigned hash = (clanes_unsigned)basis;
    for (size_t offset = 0; offset < common; offset += 4) {
        const clanes_unsigned four = {
            clanes_load(keys[0] + offset), clanes_load(keys[1] + offset),
            clanes_load(keys[2] + offset), clanes_load(keys[3] + offset),
            clanes_load(keys[4] + offset), clanes_load(keys[5] + offset),
            clanes_load(keys[6] + offset), clanes_load(keys[7] + offset),
        };
#pragma unroll
        for (int shift = 24; shift >= 0; shift -= 8) {
            const clanes_signed byte = (clanes_signed)(four << shift) >> 24;
            hash = (hash ^ (clanes_unsigned)byte) * prime;
        }
    }
    memcpy(hashes, &hash, sizeof(hash));
    if (sum == common * count) return shortest;
    for (size_t lane = 0; lane < count; lane++) {
        for (size_t offset = common; offset < ranges[2 * lane + 1]; offset++) {
            hashes[lane] = (hashes[lane] ^ (uint32_t)(int8_t)keys[lane][offset]) * prime;
        }
    }
    return shortest;
}

#endif
