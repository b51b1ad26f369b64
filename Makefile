# Every task of the project under one roof; what a task does stands in scripts/.

.DEFAULT_GOAL := help
.PHONY: help test demo setup ui format lint bless fuzz e2e api quality parity release bench stress live-bench latency exercise tour notify-bench archive-bench

help: ## This list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

test: ## Set up this machine, then format, lint, test and drive the web app in a browser
	@scripts/test.sh

demo: ## Portal, sensor and staged attacks on loopback; options in DEMO_ARGS="..."
	@scripts/demo.sh $(DEMO_ARGS)

setup: ## Install what building and testing need (asks for root only for missing packages)
	@scripts/setup.sh test

ui: ## Build the web app
	@scripts/setup.sh demo
	@scripts/ui.sh build

format: ## Format all Rust code
	@cargo fmt

lint: ## Format check and clippy, warnings as errors
	@cargo fmt --check
	@cargo clippy --workspace --all-targets --locked -- -D warnings

bless: ## Write openapi.json and all snapshots anew; read the difference before committing
	@scripts/bless.sh

fuzz: ## Run every fuzz target for a minute (FUZZ_SECONDS=60)
	@scripts/setup.sh fuzz
	@scripts/fuzz.sh

e2e: ## Drive the web app against a demo in Chromium
	@scripts/setup.sh test
	@scripts/e2e.sh

api: ## Try every operation of the API against its document
	@scripts/setup.sh test
	@scripts/schemathesis.sh

quality: ## Score incidents and rule language over ../shared, where that folder exists
	@scripts/quality.sh

parity: ## Compare our alerts with Suricata's over ../shared, where that folder exists (PARITY_PEER=1 runs Suricata)
	@scripts/parity.sh

exercise: ## Make every rule speak, and compare with Suricata where it is installed (EXERCISE_EVERY=50)
	@scripts/exerciser.sh

tour: ## Take every page, in both languages, on phone and desktop, into docs/tour
	@scripts/setup.sh test
	@scripts/tour.sh

bench: ## Speed and memory beside Suricata's where it is installed (CAPTURE=file.pcap)
	@scripts/bench.sh $(CAPTURE)

stress: ## Memory and attention under floods: scan, open flows, elephant, single bytes, fragments (STRESS_SCALE=1)
	@scripts/stress.sh

notify-bench: ## From a stored incident to messages handed over: 10,000 at a steady rate, and in one burst
	@HINOMI_BENCHMARK=1 cargo nextest run -p portal --no-capture -E 'test(notify::tests::crash::benchmark)'

archive-bench: ## Lists, searches, figures and files over very many incidents, on both databases (ARCHIVE_INCIDENTS=1000000)
	@cargo build --release --locked -p portal --example archive
	@target/release/examples/archive
	@scripts/with-postgres.sh target/release/examples/archive

latency: ## From packet to incident, live over a virtual cable (as root; LATENCY_RUNS=6)
	@scripts/latency.sh

live-bench: ## Highest rate without a drop over a virtual cable, beside Suricata's (as root; LIVE_SECONDS=60)
	@scripts/live-bench.sh $(CAPTURE)

release: ## Build the optimised binary, target/release/hinomi
	@scripts/release.sh
