# `just` alone lists what there is. The same commands as in .ci/run, one at a time.

_default:
    @just --list --unsorted

# everything CI does
ci:
    .ci/run

# the tests: all of them
test *ARGS:
    cargo test {{ ARGS }}

# the integration tests with another git: just test-with /usr/bin/git
test-with GIT:
    #!/usr/bin/env bash
    set -euo pipefail
    dir=$(mktemp -d)
    trap 'rm -rf "$dir"' EXIT
    ln -s {{ quote(GIT) }} "$dir/git"
    HOTFIX_TEST_GIT_DIR="$dir" cargo test --test it

# format the code
fmt:
    cargo fmt

# format and lints, as CI has them
lint:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings

# the documentation of the code
doc:
    RUSTDOCFLAGS=-Dwarnings cargo doc --no-deps

# the screens in tests/it/screens, the README and the book, as they are now
screens:
    INSTA_UPDATE=always cargo test --test it screens

# the book
book:
    mdbook build

# licences, sources and known holes of the dependencies
deny:
    cargo deny check

# a fuzz target for a minute: just fuzz 60 events; all of them: just fuzz
fuzz *ARGS:
    .ci/fuzz {{ ARGS }}

# the unit tests as Windows has them, under Wine
windows:
    HOTFIX_CI_PARTS=windows .ci/run everywhere

# what a release is made of, and what it still lacks
release:
    .ci/release --dry-run

# rehearse a hotfix with the release build
drill *ARGS:
    cargo run --release -- drill {{ ARGS }}

# install hotfix, git-hotfix and the manual page
install:
    cargo install --path . --locked
    hotfix man --install
