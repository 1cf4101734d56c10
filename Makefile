# make demo   the main job: MNIST -> trained, compressed, run from the file (README.md)
# make test   every check: lint, types, native tests (also under sanitizers), Python tests
# make bench  this project beside other runtimes, into docs/benchmarks.md; BENCH='--networks lenet5' passes options on
# make android-demo   the Android app, as a signed APK (android_demo/README.md)
# make compress-bench   how small LeNet's files get at no loss, into docs/compression.md; COMPRESS='--seeds 1' passes options on
# make compress-fashion   the same for a ResNet-20 on Fashion-MNIST, one seed: hours
# make test-arm64   the native tests and the networks of the zoo on Arm, under qemu
# make test-arm64-part   of that, the runtime on one processor and four networks
# make test-executorch   the tests of the delegate, with the large networks of the zoo
# make fuzz MINUTES=30   each fuzz target for so long, from the corpus of earlier calls on; then what of the loader all tests and inputs reach
# make soak MINUTES=60   a million runs of LeNet-5, then a loop of so long at four threads, into docs/reliability.md
# make test-vulkan   every network of the zoo and every golden file on Vulkan drivers, watched by the validation layer
# All set themselves up: system packages where they may, .venv, the build. A second call is quick.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON := .venv/bin/python
SEEDS ?= 1
JOBS ?= 2

native_sources := $(shell find CMakeLists.txt schemas runtime -type f \( -name '*.fbs' -o -name '*.h' -o -name '*.cc' -o -name '*.c' -o -name CMakeLists.txt \))
python_sources := $(shell find dcmobile examples tests benchmarks -name '*.py' 2>/dev/null)

.PHONY: help
help:
	@sed -n 's/^# make /make /p' Makefile

# ---- Set-up -----------------------------------------------------------------------------------------------------------------

.PHONY: setup
setup: build/python/.installed

build/.system: scripts/install-system-packages
	scripts/install-system-packages
	mkdir -p build && touch $@

build/.system-vulkan: build/.system scripts/install-system-packages
	scripts/install-system-packages vulkan
	touch $@

build/.system-java: build/.system scripts/install-system-packages
	scripts/install-system-packages java
	touch $@

.venv/.ready: build/.system constraints.txt pyproject.toml scripts/create-environment
	scripts/create-environment
	touch $@

build/python/.installed: .venv/.ready pyproject.toml $(native_sources)
	$(PYTHON) -m pip install --quiet --no-build-isolation --no-deps --editable .
	touch $@

# ---- The main job -------------------------------------------------------------------------------------------------------------

.PHONY: demo
demo: setup
	$(PYTHON) -m examples.mnist --seeds $(SEEDS)

# ---- Benchmarks ---------------------------------------------------------------------------------------------------------------

bench_python := build/bench/env/bin/python
BENCH ?= --layers --huffman

build/bench/.environment: build/.system scripts/create-bench-environment benchmarks/constraints.txt
	mkdir -p build/bench
	scripts/create-bench-environment
	touch $@

build/bench/.installed: build/bench/.environment pyproject.toml $(native_sources)
	PATH="$(CURDIR)/build/bench/env/bin:$$PATH" $(bench_python) -m pip install --quiet --no-build-isolation --no-deps \
	  --config-settings=build-dir=build/bench/python --editable .
	touch $@

# Trains for half an hour a seed on two cores; goes on where an earlier call stopped.
COMPRESS ?=

.PHONY: compress-bench
compress-bench: setup
	$(PYTHON) -m benchmarks.compression --document docs/compression.md $(COMPRESS)
	$(PYTHON) -m benchmarks.compression.post_training --document docs/compression.md
	$(PYTHON) -m benchmarks.compression.peers --document docs/compression.md

build/.system-fashion: build/.system scripts/install-system-packages
	scripts/install-system-packages fashion
	touch $@

.PHONY: compress-fashion
compress-fashion: build/.system-fashion setup
	$(PYTHON) -m benchmarks.compression --network resnet20 --seeds 1 $(if $(findstring --share,$(COMPRESS)),,--document docs/compression.md) $(COMPRESS)

.PHONY: bench
bench: build/bench/.installed
	$(bench_python) -m benchmarks $(BENCH)

# ---- Checks -------------------------------------------------------------------------------------------------------------------

.PHONY: test lint test-native test-python
test: lint test-native fuzz-briefly test-python

lint: .venv/.ready build/python/.installed
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	find runtime -name '*.h' -o -name '*.cc' | xargs .venv/bin/clang-format --dry-run --Werror

clang := -DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19

build/.system-fuzz: build/.system scripts/install-system-packages
	scripts/install-system-packages fuzz
	touch $@

# $(1): folder, $(2): options, $(3): targets. CMake cannot change the compiler of a folder.
define native_build
	$(if $(findstring clang,$(2)),if [ -e build/$(1)/CMakeCache.txt ] && ! grep -q clang++ build/$(1)/CMakeCache.txt; then rm -rf build/$(1); fi)
	.venv/bin/cmake -S . -B build/$(1) -G Ninja -DDCMOBILE_BUILD_TESTS=ON -DPython_EXECUTABLE="$(CURDIR)/$(PYTHON)" \
	  -DCMAKE_MAKE_PROGRAM="$(CURDIR)/.venv/bin/ninja" $(2) > build/$(1).log || { cat build/$(1).log; exit 1; }
	.venv/bin/cmake --build build/$(1) -j $(JOBS) $(addprefix --target ,$(3))
endef
define native_test
	$(call native_build,$(1),$(2),$(3))
	.venv/bin/ctest --test-dir build/$(1) --output-on-failure --no-tests=error -j $(JOBS) $(4)
endef
sanitize_options := $(clang) -DDCMOBILE_SANITIZE=ON -DDCMOBILE_BUILD_FUZZ=ON -DDCMOBILE_SIGNATURES=ON -DDCMOBILE_BUILD_JAVA=OFF
cpu_alone := -DDCMOBILE_VULKAN=OFF -DDCMOBILE_BUILD_JAVA=OFF -DDCMOBILE_EXECUTORCH=OFF
fuzz_targets := $(foreach target,load run huffman expand,dcmobile_fuzz_$(target)) dcmobile_write_seeds

test-native: .venv/.ready build/.system-java build/.system-vulkan build/.system-fuzz
	$(call native_test,native,-DCMAKE_BUILD_TYPE=Release -DDCMOBILE_BUILD_JAVA=ON)
	$(call native_test,sanitize,$(sanitize_options))
	$(call native_test,thread,$(clang) -DDCMOBILE_SANITIZE=THREAD $(cpu_alone),dcmobile_threads_tests,-L threads)

# ---- Fuzzing and soaking (docs/reliability.md) --------------------------------------------------------------------------------

MINUTES ?= 30

# The same inputs each time: a new finding belongs to make fuzz, not to somebody's change.
.PHONY: fuzz-briefly
fuzz-briefly: setup build/.system-fuzz
	$(call native_build,sanitize,$(sanitize_options),$(fuzz_targets))
	$(PYTHON) runtime/fuzz/fuzz.py --build build/sanitize --work build/fuzz-briefly --seconds 10 --jobs $(JOBS) --seed 1

.PHONY: fuzz
fuzz: setup build/.system-fuzz
	$(call native_build,sanitize,$(sanitize_options),$(fuzz_targets))
	$(PYTHON) runtime/fuzz/fuzz.py --build build/sanitize --work build/fuzz --seconds $$(($(MINUTES) * 60)) --jobs $(JOBS)
	$(MAKE) coverage

# Lines of the loader that the native tests and the corpora of make fuzz reach; fails below 90 %.
covered := $(foreach tests,attacks runtime_tests allocation_tests threads_tests,dcmobile_$(tests)) \
  $(foreach target,load run huffman expand,dcmobile_replay_$(target)) dcmobile_write_seeds

.PHONY: coverage
coverage: setup build/.system-fuzz
	$(call native_build,coverage,$(clang) -DDCMOBILE_COVERAGE=ON $(cpu_alone),$(covered))
	$(PYTHON) runtime/fuzz/coverage.py --build build/coverage --corpora build/fuzz

.PHONY: soak
soak: setup
	$(call native_build,native,-DCMAKE_BUILD_TYPE=Release -DDCMOBILE_BUILD_JAVA=ON,dcmobile-soak)
	$(PYTHON) runtime/soak/soak.py --program build/native/runtime/soak/dcmobile-soak --minutes $(MINUTES)

test-python: build/.system-vulkan setup build/.system-java
	$(PYTHON) -m pytest -n $(JOBS)

.PHONY: test-executorch
test-executorch: setup
	DCMOBILE_LARGE_NETWORKS=1 $(PYTHON) -m pytest -n $(JOBS) tests/executorch_delegate tests/cli/test_cli_executorch.py

.PHONY: test-vulkan
test-vulkan: build/.system-vulkan test-native setup
	DCMOBILE_LARGE_NETWORKS=1 $(PYTHON) -m pytest -n $(JOBS) tests/vulkan

# qemu's processors; networks of the zoo, or all; what to do on 32-bit Arm, which has the generic kernels alone: test or build.
ARM64_CPUS ?= cortex-a53 cortex-a76 max
ARM64_NETWORKS ?=
ARM32 ?= test

build/.system-arm: build/.system scripts/install-system-packages
	scripts/install-system-packages arm
	touch $@

# $(1): preset, $(2): options, $(3): targets.
define cross_build
	PATH="$(CURDIR)/.venv/bin:$$PATH" cmake --preset $(1) $(2) > build/$(1).log || { cat build/$(1).log; exit 1; }
	.venv/bin/cmake --build build/$(1) -j $(JOBS) $(addprefix --target ,$(3))
endef
# $(1): preset, $(2): processors, $(3): targets, $(4): which tests.
define cross_test
	$(call cross_build,$(1),-DDCMOBILE_BUILD_TESTS=ON "-DDCMOBILE_TEST_CPUS=$(2)",$(3))
	.venv/bin/ctest --test-dir build/$(1) --output-on-failure --no-tests=error -j $(JOBS) $(4)
endef
# $(1): processors, $(2): networks.
define arm64_networks
	DCMOBILE_ARM64_CPUS="$(1)" DCMOBILE_ARM64_NETWORKS="$(2)" $(PYTHON) -m pytest -n $(JOBS) tests/arm64
endef

.PHONY: test-arm64
test-arm64: setup build/.system-arm
	$(call cross_test,linux-arm64,$(ARM64_CPUS))
	$(if $(filter test,$(ARM32)),$(call cross_test,linux-arm,),$(call cross_build,linux-arm,-DDCMOBILE_BUILD_TESTS=OFF))
	$(call arm64_networks,$(ARM64_CPUS),$(ARM64_NETWORKS))
	scripts/build-device-bench arm64-v8a
	$(PYTHON) -m pytest -n $(JOBS) tests/android/test_bench_on_phones.py

# What a change can break first: the runtime's own tests, with its NEON kernels, and networks that use most of them.
.PHONY: test-arm64-part
test-arm64-part: setup build/.system-arm
	$(call cross_test,linux-arm64,cortex-a76,dcmobile_runtime_tests dcmobile-bench,-R dcmobile_runtime_tests)
	$(call arm64_networks,cortex-a76,keyword_lstm mobilenet_v2 silero_vad transformer_encoder)

# dcmobile-bench for the shell of a phone, for dcmobile bench --target adb.
.PHONY: device-bench
device-bench: setup
	scripts/build-device-bench

# Also a test of tests/android, where clang is installed.
.PHONY: android-so
android-so: .venv/.ready
	scripts/build-android-so

.PHONY: android-demo
android-demo: setup
	scripts/build-android-demo

.PHONY: format
format: .venv/.ready
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .
	find runtime -name '*.h' -o -name '*.cc' | xargs .venv/bin/clang-format -i

.PHONY: clean
clean:
	rm -rf build
