# What .ci/run and .ci/everywhere share. To be sourced, from the root of the repository.

export CARGO_TERM_COLOR=never
export CARGO_INCREMENTAL=0
# Nobody opens a debugger here, and writing what one needs takes a third of the time.
export CARGO_PROFILE_DEV_DEBUG=0
export CARGO_PROFILE_TEST_DEBUG=0

skipped=()
# Tools that are here: a test that needs one of them must not skip.
here=(cargo)

step() { printf '\n== %s  (at %dm%02ds)\n' "$*" $((SECONDS / 60)) $((SECONDS % 60)); }
skip() {
    echo "skipped: $*"
    skipped+=("$*")
}

# Installs what some tests need, at once and where that is possible without asking; they skip without it.
provide() {
    local pair missing=()
    for pair in "$@"; do
        command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
    done
    if [ ${#missing[@]} -gt 0 ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "installing ${missing[*]}"
        { timeout 120 apt-get update -qq && timeout 400 apt-get install -y -qq --no-install-recommends "${missing[@]}"; } \
            >/dev/null 2>&1 || true
    fi
    for pair in "$@"; do
        if command -v "${pair%%:*}" >/dev/null; then
            here+=("${pair%%:*}")
        else
            skip "no ${pair%%:*}: its tests say that they skip"
        fi
    done
}

# The first other git on PATH that is not the version of the default one.
second_git() {
    local first candidate
    first=$(git --version)
    hash -r # otherwise bash names only the git that it has used already
    while IFS= read -r candidate; do
        if [ "$("$candidate" --version 2>/dev/null)" != "$first" ]; then
            echo "$candidate"
            return
        fi
    done < <(type -aP git)
}

# The newest rust-version that a dependency asks for.
wanted_by_dependencies() {
    cargo metadata --format-version 1 --locked 2>/dev/null |
        grep -o '"rust_version":"[0-9.]*"' | cut -d'"' -f4 | sort -V | tail -n 1
}

# Finds cargo-deny, or builds a quick one of our own. Fails when that takes too long.
have_cargo_deny() {
    cargo deny --version >/dev/null 2>&1 && return
    # A slow machine has better things to do with the time that is left.
    [ $SECONDS -lt 1200 ] || return
    # Beside the clone: a machine that is used again has it already.
    local root=${XDG_CACHE_HOME:-${HOME:-$PWD/target}/.cache}/hotfix-ci
    export PATH="$root/bin:$PATH"
    cargo deny --version >/dev/null 2>&1 && return
    echo "building cargo-deny (at most 8 minutes)"
    CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_DEBUG=0 \
        CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
        timeout 480 cargo install --quiet --locked --version 0.20.2 --root "$root" \
        --target-dir "$root/build" cargo-deny || return
    rm -rf "$root/build"
}

# The parser of diagrams, from the committed list, beside what cargo builds.
have_mermaid() {
    local cache=target/mermaid
    command -v npm >/dev/null || return
    if ! cmp -s tests/mermaid/package-lock.json "$cache/package-lock.json" || [ ! -d "$cache/node_modules/mermaid" ]; then
        mkdir -p "$cache"
        cp tests/mermaid/package.json tests/mermaid/package-lock.json "$cache/"
        timeout 300 npm ci --prefix "$cache" --ignore-scripts --no-audit --no-fund --silent ||
            { rm -rf "$cache" && return 1; }
    fi
}

# What was skipped, once more, and the last word.
finish() {
    step "done"
    local line
    for line in ${skipped[@]+"${skipped[@]}"}; do echo "skipped: $line"; done
    echo "all checks passed"
}
