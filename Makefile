# `make run` starts a node and `make test` passes every test, each from a bare machine. The rest is for daily work.
.DEFAULT_GOAL := build
.PHONY: run build test test-core test-reference asan tsan fuzz chaos bench tidy format check-format coverage install dependencies configure

JOBS ?= $(shell nproc)
BUILD := build/release
SOURCES = $(shell git ls-files '*.cpp' '*.hpp')
CTEST := ctest --output-on-failure --no-label-summary -j2
# Seconds for each fuzz target.
FUZZ_SECONDS ?= 60
# Sanitized daemons are too slow for the time limits of the interop tests; `make asan SANITIZED=` runs those as well.
SANITIZED ?= -LE interop
# Arguments for plexusd, as in `make run ARGS="--config /etc/reticulum -v"`.
ARGS ?=

dependencies:
	scripts/install-dependencies.sh

configure: dependencies
	@mkdir -p build
	@cmake --preset release >build/configure.log 2>&1 || { cat build/configure.log; exit 1; }

build: configure
	cmake --build $(BUILD) -j $(JOBS)

run: configure
	cmake --build $(BUILD) -j $(JOBS) --target plexusd
	$(BUILD)/bin/plexusd $(ARGS)

test:
	scripts/install-dependencies.sh --tests
	@$(MAKE) --no-print-directory build
	@$(CTEST) --test-dir $(BUILD)

test-core:
	cmake --preset core
	cmake --build build/core -j $(JOBS)
	$(CTEST) --test-dir build/core

# The interop tests with rnsd as the relay, which is how they are known to be right.
test-reference:
	scripts/install-dependencies.sh --tests
	PLEXUS_RELAY=rnsd .deps/python/rns-1.5.7/bin/python -B -m pytest -q -p no:cacheprovider tests/interop

asan tsan: dependencies
	cmake --preset $(subst asan,asan+ubsan,$@)
	cmake --build build/$(subst asan,asan+ubsan,$@) -j $(JOBS)
	$(CTEST) --test-dir build/$(subst asan,asan+ubsan,$@) $(SANITIZED)

fuzz:
	scripts/install-dependencies.sh --tools
	cmake --preset fuzz
	cmake --build build/fuzz -j $(JOBS) --target fuzzers
	@for target in build/fuzz/tests/fuzz/fuzz_*; do \
	  [ -x $$target ] && [ -f $$target ] || continue; \
	  corpus=build/fuzz/corpus/$$(basename $$target); mkdir -p $$corpus; \
	  echo "$$target for $(FUZZ_SECONDS) s"; \
	  $$target -max_total_time=$(FUZZ_SECONDS) -print_final_stats=1 $$corpus || exit 1; \
	done

# Seeds, nodes and storms of the long run; `make chaos ARGS="--seed 7 --nodes 60 --seconds 600"` chooses for itself.
chaos: configure
	cmake --build $(BUILD) -j $(JOBS) --target simulator
	$(BUILD)/chaos/simulator $(or $(ARGS),--seed 1 --seeds 40 --nodes 40 --seconds 600 --rounds 3)

bench:
	scripts/install-dependencies.sh --tests
	@$(MAKE) --no-print-directory build
	.deps/python/rns-1.5.7/bin/python tests/bench/relay.py --build $(BUILD) $(ARGS)
	$(BUILD)/tests/bench/core_bench
	.deps/python/rns-1.5.7/bin/python tests/bench/cold_start.py --build $(BUILD) --budget 3

tidy: configure
	scripts/install-dependencies.sh --tools
	run-clang-tidy-19 -quiet -p $(BUILD) -j $(JOBS) $(filter %.cpp,$(SOURCES))

format:
	clang-format-19 -i $(SOURCES)

check-format:
	clang-format-19 --dry-run --Werror $(SOURCES)

coverage:
	scripts/install-dependencies.sh --tests --tools
	cmake --preset coverage
	cmake --build build/coverage -j $(JOBS)
	$(CTEST) --test-dir build/coverage $(SANITIZED)
	gcovr --root . --filter 'messages/' --filter 'transport/' --filter 'storage/' --filter 'actors/' \
	  --html-details build/coverage/index.html --print-summary build/coverage

install: build
	cmake --install $(BUILD)
