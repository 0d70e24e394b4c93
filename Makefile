# Two commands do everything on a new Debian machine with Rust: `make demo` and `make test`.

DEMO_LIBRARY ?= target/demo-library

.PHONY: demo test test-long torture test-peers pictures quality books calibration tokens guard bench bench-long cluster test-cluster lint docs package
.SILENT:

# Builds shelf, processes a small book that it draws itself, and prints how good the result is.
demo:
	scripts/setup.sh
	echo "Building shelf (takes a few minutes the first time)"
	cargo build --release
	target/release/shelf --library $(DEMO_LIBRARY) demo

# All tests of the workspace, doctests too. One thread a recognition: Tesseract is slower with more.
test:
	scripts/setup.sh tests
	OMP_THREAD_LIMIT=1 cargo test --workspace --quiet

# `make test` with the tests that take long and forty times as many random cases, and the demo as users build it.
test-long:
	scripts/setup.sh tests
	scripts/setup.sh books
	PROPTEST_CASES=10000 OMP_THREAD_LIMIT=1 cargo test --workspace --quiet -- --include-ignored
	$(MAKE) demo

# Kills and refuses commands at every system call, not only at some: docs/reliability.md.
torture:
	scripts/setup.sh tests
	OMP_THREAD_LIMIT=1 cargo test --package shelf-tests --test it -- --include-ignored killed_commands injected_faults

# Measures texts and labels on real scans, and writes docs/quality.md.
quality:
	scripts/setup.sh tests
	cargo build --package shelf-tests --bins --quiet
	cargo run --package shelf-tests --bin quality --quiet

# Measures how often words are right that OCR gives a probability, and writes docs/confidence.md.
calibration:
	scripts/setup.sh tests
	cargo build --package shelf-tests --bins --quiet
	cargo run --package shelf-tests --bin calibration --quiet

# Measures how well shelf reads books that TeX typesets in many styles, and writes docs/typeset-books.md.
books:
	scripts/setup.sh books
	cargo build --package shelf-tests --bins --quiet
	cargo run --package shelf-tests --bin books --quiet

# Counts what a language model is sent and says on real scans, and writes docs/tokens.md.
tokens:
	scripts/setup.sh tests
	cargo build --package shelf-tests --bins --quiet
	cargo run --package shelf-tests --bin llm-tokens --quiet

# Measures which replies of a language model `corrected` accepts, and writes the table in docs/language-models.md.
guard:
	scripts/setup.sh tests
	cargo build --package shelf-tests --bins --quiet
	cargo run --package shelf-tests --bin guard --quiet

# Measures shelf beside what a person would use instead, on the same pages in turn, and writes docs/performance.md. Takes half an hour.
bench:
	scripts/setup.sh bench
	cargo build --release --package shelf-stages --package shelf-tests --bin shelf --bin bench --bin empty-stage-shelf
	target/release/bench --write

# How the costs grow with pages and books: the same document. Takes as long again.
bench-long:
	scripts/setup.sh bench
	cargo build --release --package shelf-stages --package shelf-tests --bin shelf --bin bench --bin empty-stage-shelf
	target/release/bench --write --rounds 3 long

# Language models against servers that others wrote, on 127.0.0.1, and exports against checkers that others wrote. Needs Node.js and Python.
test-peers:
	scripts/setup.sh peers
	scripts/peers.sh
	scripts/exports.sh

# Thirty books on a cluster on this machine: Temporal's dev server and three workers, killed every second. See docs/clusters.md.
cluster:
	scripts/cluster.sh $(CLUSTER)

# The tests of crates/temporal, its lints, and the cluster. The short form is `make test-cluster CLUSTER="--books 4 --kills 12 --server-kills 1"`.
test-cluster:
	scripts/setup.sh cluster
	cargo fmt --manifest-path crates/temporal/Cargo.toml --check
	cargo test --manifest-path crates/temporal/Cargo.toml --features testing --quiet
	scripts/cluster.sh $(CLUSTER)

# Draws the pictures of docs/exports.md from the demo book.
pictures:
	scripts/setup.sh peers
	cargo build --release
	python3 scripts/pictures.py target/release/shelf

lint:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --quiet -- -D warnings
	cargo clippy --package shelf-stages --no-default-features --features cli --all-targets --quiet -- -D warnings
	cargo clippy --package shelf-stages --no-default-features --lib --quiet -- -D warnings

docs:
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet

package:
	cargo package --workspace --exclude shelf-tests --exclude shelf-examples --no-verify --quiet
