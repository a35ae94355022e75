#!/usr/bin/env bash
# Installs what building and testing need, and is missing, on Debian and Ubuntu; with the argument
# `bench` also what benchmarks compare with.
# Silent, and without touching the network, when nothing is missing.
set -euo pipefail

# To build: the libraries that the daemon links, and the tools.
build=(libev-dev libyaml-dev libc-ares-dev pkg-config make)
# To try, test and compare: real servers, the proxy to compare with, and clients.
run=(redis-server redis-tools memcached libmemcached-tools libhiredis-dev nutcracker curl
    netcat-openbsd python3 python3-venv tcl util-linux)
# To benchmark: another proxy, and what counts system calls.
bench=(haproxy strace)
[[ ${1:-} == bench ]] || bench=()
readonly needed_swift=6.3

fail() {
    printf 'deps: %s\n' "$*" >&2
    exit 1
}

missing_packages() {
    local package
    for package in "${build[@]}" "${run[@]}" "${bench[@]}"; do
        # shellcheck disable=SC2016 # dpkg-query's own variable
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
            printf '%s\n' "$package"
    done
}

as_root() {
    if ((EUID == 0)); then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "not root and no sudo; as root run: apt-get install ${missing[*]}"
    fi
}

# Packages of servers start them when installed, on the ports that users know. Nothing here needs
# that, so a policy forbids it meanwhile; one that is there already stays as it is.
readonly policy=/usr/sbin/policy-rc.d
forbid_services() {
    [[ ! -e $policy ]] || return 0
    trap allow_services EXIT
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
}

allow_services() {
    as_root rm -f "$policy"
}

install_packages() {
    printf 'deps: installing %s\n' "${missing[*]}"
    forbid_services
    as_root apt-get update -qq </dev/null
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >/dev/null
}

check_swift() {
    local how="see https://www.swift.org/install/linux/"
    command -v swift >/dev/null || fail "Swift $needed_swift or newer is needed; $how"
    local version
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p' | head -n 1)
    # sort -V puts the older first.
    [[ $(printf '%s\n' "$needed_swift" "${version:-0}" | sort -V | head -n 1) == "$needed_swift" ]] ||
        fail "Swift $needed_swift or newer is needed, this is ${version:-of unknown version}; $how"
}

if ! command -v dpkg-query >/dev/null; then
    printf 'deps: neither Debian nor Ubuntu; these have to be there: %s\n' \
        "${build[*]} ${run[*]} ${bench[*]}" >&2
else
    mapfile -t missing < <(missing_packages)
    if ((${#missing[@]} > 0)); then
        install_packages
    fi
fi
check_swift
