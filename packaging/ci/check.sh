#!/usr/bin/env bash
# What the GitHub action and the GitLab component run: hotfix audit --new, and postmortem check, with
# annotations. Everything comes through HOTFIX_ACTION_*, and nothing of it is taken for a command.
set -euo pipefail

forge=${HOTFIX_ACTION_FORGE:-github}
if ! command -v hotfix >/dev/null; then
    words=(install git-hotfix --locked --quiet)
    [ -z "${HOTFIX_ACTION_VERSION:-}" ] || words+=(--version "$HOTFIX_ACTION_VERSION")
    cargo "${words[@]}"
    export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
fi
hotfix --version

output() {
    if [ -n "${GITHUB_OUTPUT:-}" ]; then printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"; fi
}
# The number behind a key of one of our documents.
number() { sed -n "s/^ *\"$1\": \([0-9][0-9]*\),\{0,1\}$/\1/p" "$2" | tail -n 1; }

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
status=0
# Both are done, and the worst status is the answer.
worst() { if [ "$1" -gt "$status" ]; then status=$1; fi; }

if [ "$(git rev-parse --is-shallow-repository)" = true ]; then
    echo "error: this clone is shallow; check out with fetch-depth: 0 (GIT_DEPTH: \"0\" on GitLab)" >&2
    exit 1
fi
if [ "${HOTFIX_ACTION_AUDIT:-true}" = true ]; then
    words=(audit --new)
    [ -z "${HOTFIX_ACTION_SINCE:-}" ] || words+=("--since=$HOTFIX_ACTION_SINCE")
    code=0
    hotfix "${words[@]}" --json >"$room/audit.json" || code=$?
    # 1 is a finding or a failure; only the first has a number.
    lost=$(number lost "$room/audit.json")
    if [ -z "$lost" ]; then
        hotfix "${words[@]}" || true
        exit "$code"
    fi
    output lost "$lost"
    case $forge in
        github) hotfix "${words[@]}" --github || true ;;
        gitlab) hotfix "${words[@]}" --gitlab >hotfix-audit.json || true ;;
    esac
    hotfix "${words[@]}" || true
    worst "$code"
fi

files=()
# Patterns are the shell's, words are split at spaces, and a name never becomes an option.
set -f
for pattern in ${HOTFIX_ACTION_POSTMORTEMS:-}; do
    set +f
    while IFS= read -r file; do
        [ ! -f "$file" ] || files+=("./$file")
    done < <(shopt -s nullglob globstar && IFS= && printf '%s\n' $pattern)
    set -f
done
set +f
if [ ${#files[@]} -gt 0 ]; then
    words=(postmortem check)
    [ "${HOTFIX_ACTION_STRICT:-false}" != true ] || words+=(--strict)
    code=0
    hotfix "${words[@]}" --json -- "${files[@]}" >"$room/check.json" || code=$?
    found=$(number found "$room/check.json")
    output found "${found:-0}"
    case $forge in
        github) hotfix "${words[@]}" --github -- "${files[@]}" || true ;;
        gitlab) hotfix "${words[@]}" --gitlab -- "${files[@]}" >hotfix-postmortems.json || true ;;
    esac
    hotfix "${words[@]}" -- "${files[@]}" || true
    worst "$code"
elif [ -n "${HOTFIX_ACTION_POSTMORTEMS:-}" ]; then
    echo "no file is called like $HOTFIX_ACTION_POSTMORTEMS"
fi
exit "$status"
