# Every command people and CI use. `make` lists them.
SHELL := /bin/bash
# Debian's ccache wrappers, when present, make a second cold build of RocksDB's C++ short.
export PATH := /usr/lib/ccache:$(PATH)

CARGO  := cargo
# The whole workspace is always selected, so that every command compiles with the same features and
# RocksDB is built once.
SELECT := --release --locked --workspace
OUT    := $(or $(CARGO_TARGET_DIR),target)/release
# Packages that a fresh Debian machine lacks: a C++ compiler and libclang for RocksDB's bindings,
# ccache for repeated builds. The independent checkers under tests/interop need golang-go, python3-venv,
# nodejs and npm (setup-interop).
SYSTEM_PACKAGES := g++ libclang-dev pkg-config ccache
# The oldest Go that the modules under tests/interop take.
INTEROP_GO := 1.24
INTEROP := $(or $(CARGO_TARGET_DIR),target)/interop
BROWSER_PACKAGE := chromium

.DEFAULT_GOAL := help
.PHONY: help setup setup-interop setup-portal setup-browser build devnet test unit e2e interop portal portal-verdicts portal-e2e sim sim-smoke fuzz fuzz-smoke model model-smoke fmt tidy clippy check bench bench-proofs bless deny dist ci clean

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## install what building needs: g++, libclang, pkg-config, ccache (Debian)
	@missing=""; for p in $(SYSTEM_PACKAGES); do \
	  dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'install ok installed' || missing="$$missing $$p"; done; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if ! command -v apt-get >/dev/null; then echo "setup: please install:$$missing"; exit 1; fi; \
	echo "setup: installing$$missing"; \
	sudo=""; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	$$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq $$missing >/dev/null

setup-interop:
	@missing=""; command -v go >/dev/null || missing="$$missing golang-go"; \
	python3 -c 'import ensurepip' 2>/dev/null || missing="$$missing python3-venv"; \
	command -v node >/dev/null || missing="$$missing nodejs"; command -v npm >/dev/null || missing="$$missing npm"; \
	if [ -n "$$missing" ]; then echo "setup: installing$$missing"; \
	sudo=""; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	$$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq $$missing >/dev/null; fi; \
	have=$$(go env GOVERSION); have=$${have#go}; \
	[ "$$(printf '%s\n' $(INTEROP_GO) $$have | sort -V | head -n 1)" = $(INTEROP_GO) ] || \
	{ echo "setup: the checks in tests/interop need Go $(INTEROP_GO) or later, this is $$have (Debian 13 has it)"; exit 1; }

setup-portal:
	@command -v npm >/dev/null && [ "$$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || \
	{ echo "setup: please install Node.js 20 or newer, with npm"; exit 1; }

setup-browser: setup-portal
	@command -v chromium >/dev/null && exit 0; \
	echo "setup: installing $(BROWSER_PACKAGE)"; \
	sudo=""; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	$$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq $(BROWSER_PACKAGE) >/dev/null

build: setup ## build the programs
	$(CARGO) build $(SELECT) --bins

devnet: build ## four validators on this machine, with the demo story; stop with Ctrl-C
	$(OUT)/tamga-node devnet --dir target/devnet

test: setup setup-interop unit model-smoke sim-smoke fuzz-smoke e2e interop portal portal-verdicts portal-e2e ## run every test

unit: setup ## unit tests, vectors, HTTP, command line, tidiness
	$(CARGO) test $(SELECT) --tests -- --skip e2e::

model: setup ## machine and naive model over random proceedings and royalties: make model SEED=1 CASES=100000 FAULTS=2 SEASONS=200
	$(CARGO) test $(SELECT) --tests --no-run
	$(OUT)/model --seed $(or $(SEED),1) --cases $(or $(CASES),100000) --faults $(or $(FAULTS),2) \
	  --royalties $(or $(SEASONS),200)

model-smoke: unit
	$(OUT)/model --seed 1 --cases 2000 --faults 20 --royalties 10

sim: setup ## the simulated cluster at length: make sim SEED=1 RUNS=500
	$(CARGO) test $(SELECT) --tests --no-run
	$(OUT)/sim --seed $(or $(SEED),1) --runs $(or $(RUNS),500)

sim-smoke: unit
	$(OUT)/sim --seed 1 --runs $(or $(RUNS),12)

fuzz: setup ## mutate every outside format for minutes: make fuzz FUZZ_SECONDS=600
	$(CARGO) test $(SELECT) --tests --no-run
	$(OUT)/fuzz --seconds $(or $(FUZZ_SECONDS),60) --seed $(or $(SEED),1)

fuzz-smoke: unit
	$(OUT)/fuzz --seconds 1 --seed 1

e2e: build ## real processes over loopback: kill, restart, catch up
	$(CARGO) test $(SELECT) --test e2e -- --test-threads=1

interop: setup-interop unit ## other people's code on our log and proofs, in Go, Python and JavaScript
	rm -rf $(INTEROP)/ledger
	$(OUT)/tamga-node demo --dir $(INTEROP)/ledger --records 600
	TAMGA_NODE=$(OUT)/tamga-node $(OUT)/tamga-node devnet --no-story --dir $(INTEROP)/ledger --exec 'tests/interop/run $(INTEROP)'

portal: setup-portal ## check and test the portal, and build it: the committed dist must be what its source gives
	cd node/portal && npm ci --no-audit --no-fund && npm run check && npm test && \
	PORTAL_OUT=../../target/portal npm run pages && diff -r dist ../../target/portal && \
	cmp dist/verify.html ../../client/assets/verify.html
	cd client/ts && npm test

portal-verdicts: setup-portal unit ## both verifiers on changed files: make portal-verdicts VERDICTS=100000 SEED=1
	mkdir -p target && $(OUT)/fuzz --seed $(or $(SEED),1) --verdicts $(or $(VERDICTS),2000) > target/verdicts.txt
	cd node/portal && npm ci --no-audit --no-fund && TAMGA_VERDICTS=$(CURDIR)/target/verdicts.txt npm run differential

portal-e2e: setup-browser ## open the built portal in Chromium: verdicts in three languages, keyboard, accessibility
	cd node/portal && npm ci --no-audit --no-fund && npm run e2e

fmt: ## formatting
	$(CARGO) fmt --all -- --check

tidy: ## arrows between packages, file lengths, citations of the specification
	$(CARGO) test $(SELECT) --test it tidy

clippy: setup ## lints, warnings are errors
	$(CARGO) clippy $(SELECT) --all-targets -- -D warnings

check: fmt clippy test ## what a change must pass

bench: build ## final records per second and the machine's own limits, to target/bench/summary.json
	$(OUT)/bench

bench-proofs: build ## bytes and times of proofs, and their growth: make bench-proofs SIZES=100000,1000000,10000000
	$(OUT)/bench proofs --sizes $(or $(SIZES),100000,1000000)

bless: setup ## rewrite docs/openapi.json and the portal's texts of the ledger from the code
	TAMGA_BLESS=1 $(CARGO) test $(SELECT) --tests -- the_repository_holds_the_same_description the_portal_says_the_same

deny: ## licences, advisories, sources (needs cargo-deny)
	$(CARGO) deny check

dist: ## the programs as shipped
	$(CARGO) build --profile dist --locked --bins

ci: ## what CI runs, with minutes per step
	@set -e; total=$$(date +%s); step() { local t=$$(date +%s); echo "==> $$1"; shift; "$$@"; \
	  echo "<== $$(( ($$(date +%s) - t) / 60 )) min $$(( ($$(date +%s) - t) % 60 )) s"; }; \
	step setup  $(MAKE) --no-print-directory setup setup-interop setup-browser; \
	step fmt    $(MAKE) --no-print-directory fmt; \
	step tidy   $(MAKE) --no-print-directory tidy; \
	step clippy $(MAKE) --no-print-directory clippy; \
	step test   $(MAKE) --no-print-directory test; \
	echo "ci: passed in $$(( ($$(date +%s) - total) / 60 )) min"

clean: ## remove build results
	$(CARGO) clean
