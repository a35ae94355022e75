# Build, test, run, measure and install martlet. `make` alone lists the targets.

SHELL := /bin/bash
PREFIX ?= /usr/local
bindir ?= $(PREFIX)/bin
sysconfdir ?= /etc
unitdir ?= $(PREFIX)/lib/systemd/system

BINARY := .build/release/martlet
# The binary that `run` and `bench` use; another build, or nutcracker, can stand in.
MARTLET ?= $(abspath $(BINARY))
run bench: export MARTLET := $(MARTLET)

.DEFAULT_GOAL := help
.PHONY: help deps build run test suites soak asansoak fuzz lint bench microbench install

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

deps: ## Install what is missing to build and test (Debian, Ubuntu)
	@Tests/Scripts/deps.sh

build: ## Build the release binary, .build/release/martlet
	swift build -c release --static-swift-stdlib --product martlet

run: deps build ## Run with CONFIG=file, or else a demo with servers of its own
	@$(if $(CONFIG),exec "$(MARTLET)" -c "$(CONFIG)",exec Tests/Scripts/demo.sh)

# EndToEndTests runs the debug binary, which is built along with the tests.
test: deps ## Build and run all tests
	python3 -B -m unittest discover -q -s Benchmarks/Tests
	python3 -B -m unittest discover -q -s Tests/Suites
	swift build --build-tests
	swift test

suites: deps ## Run Redis' own unit tests and redis-py's through Martlet; ARGS='--quick' and others
	swift build --product martlet
	Tests/Suites/suites $(ARGS)

soak: MINUTES ?= 60
soak: deps ## Mixed load for MINUTES=60 while nodes stall, die and return; ARGS='--seed 1'
	swift build --product martlet
	python3 Tests/Scripts/soak.py --martlet .build/debug/martlet --minutes $(MINUTES) $(ARGS)

# Without pools of memory, a block that is used after it was given back is the sanitizer's to see.
ASAN := --sanitize=address --scratch-path .build-asan
asansoak: MINUTES ?= 60
asansoak: deps ## The same under AddressSanitizer
	swift build $(ASAN) -Xswiftc -DUNPOOLED --product martlet
	python3 Tests/Scripts/soak.py --martlet .build-asan/debug/martlet --sanitizer \
		--minutes $(MINUTES) --clients 12 --processes 1 --timeout 8000 $(ARGS)

fuzz: SECONDS ?= 60
fuzz: deps ## Feed each parser hostile bytes for SECONDS=60; ARGS='RedisReplies YAML' picks some
	Tests/Fuzz/fuzz $(SECONDS) $(ARGS)

lint: ## Check the format of all Swift sources
	swift format lint --strict -r Sources Tests Benchmarks/Sources Benchmarks/Package.swift Package.swift

bench: deps build ## Compare with nutcracker and HAProxy; ARGS='--quick' and others go to Benchmarks/bench
	@Tests/Scripts/deps.sh bench
	Benchmarks/bench $(ARGS)

# The plugin starts a program that it built, which the sandbox of plugins forbids.
MICROBENCH := swift package --disable-sandbox --allow-writing-to-package-directory benchmark
microbench: deps ## Check instructions and allocations of single steps; UPDATE=yes sets the thresholds
	cd Benchmarks && $(MICROBENCH) thresholds $(if $(UPDATE),update,check) --no-progress \
		--metric Instructions --metric Allocations $(ARGS)

install: build ## Install below PREFIX (/usr/local), DESTDIR in front; NUTCRACKER=yes adds that name
	install -D -m 755 --strip $(BINARY) "$(DESTDIR)$(bindir)/martlet"
	$(if $(NUTCRACKER),ln -sf martlet "$(DESTDIR)$(bindir)/nutcracker")
	test -e "$(DESTDIR)$(sysconfdir)/martlet/martlet.yml" || \
		install -D -m 644 Config/martlet.yml "$(DESTDIR)$(sysconfdir)/martlet/martlet.yml"
	install -D -m 644 systemd/martlet.service "$(DESTDIR)$(unitdir)/martlet.service"
