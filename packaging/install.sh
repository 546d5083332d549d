#!/bin/sh
# Installs hotfix @VERSION@ for this user: the program under both of its names, the manual page and the
# completions, below ~/.local or what HOTFIX_PREFIX says. Nothing else is changed.
#   curl -fsSL @URL@/install.sh | sh
set -eu

version=@VERSION@
url=${HOTFIX_DOWNLOAD:-@URL@}
prefix=${HOTFIX_PREFIX:-${HOME:?"HOME is not set: say HOTFIX_PREFIX=DIR"}/.local}

fail() { echo "error: $*; nothing was installed" >&2; exit 1; }

case "$(uname -s)/$(uname -m)" in
    Linux/x86_64 | Linux/amd64) target=x86_64-unknown-linux-musl ;;
    Linux/aarch64 | Linux/arm64) target=aarch64-unknown-linux-musl ;;
    Darwin/arm64) target=aarch64-apple-darwin ;;
    Darwin/x86_64) target=x86_64-apple-darwin ;;
    *) fail "there is no build for $(uname -s) on $(uname -m): cargo install git-hotfix --locked" ;;
esac
name=git-hotfix-$version-$target
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT

get() {
    case $url in
        file://*) cp "${url#file://}/$1" "$room/$1" || fail "$1 is not there" ;;
        *) curl --proto '=https' --tlsv1.2 -fsSL "$url/$1" -o "$room/$1" || fail "$url/$1 cannot be had" ;;
    esac
}
get SHA256SUMS
get "$name.tar.gz"
wanted=$(sed -n "s/^\([0-9a-f]*\) [ *]$name.tar.gz\$/\1/p" "$room/SHA256SUMS")
[ -n "$wanted" ] || fail "SHA256SUMS does not name $name.tar.gz"
if command -v sha256sum >/dev/null; then
    got=$(sha256sum "$room/$name.tar.gz" | cut -d' ' -f1)
else
    got=$(shasum -a 256 "$room/$name.tar.gz" | cut -d' ' -f1)
fi
[ "$got" = "$wanted" ] || fail "$name.tar.gz is damaged: its SHA-256 is $got and should be $wanted"
tar -xzf "$room/$name.tar.gz" -C "$room" || fail "$name.tar.gz cannot be unpacked"

share=$prefix/share
mkdir -p "$prefix/bin" "$share/man/man1" "$share/bash-completion/completions" "$share/zsh/site-functions" \
    "$share/fish/vendor_completions.d"
# Moved into place: a program that runs is not written over.
cp "$room/$name/hotfix" "$prefix/bin/.hotfix-new" && chmod 755 "$prefix/bin/.hotfix-new"
mv -f "$prefix/bin/.hotfix-new" "$prefix/bin/hotfix"
ln -sf hotfix "$prefix/bin/git-hotfix"
cp "$room/$name/man/hotfix.1" "$room/$name/man/git-hotfix.1" "$share/man/man1/"
cp "$room/$name/completions/hotfix.bash" "$share/bash-completion/completions/hotfix"
cp "$room/$name/completions/_hotfix" "$share/zsh/site-functions/_hotfix"
cp "$room/$name/completions/hotfix.fish" "$share/fish/vendor_completions.d/hotfix.fish"

echo "installed: $prefix/bin/hotfix ($version), and git hotfix"
case ":${PATH:-}:" in
    *":$prefix/bin:"*) echo "next: hotfix drill" ;;
    *) echo "next: export PATH=$prefix/bin:\$PATH, in your shell's start file, then hotfix drill" ;;
esac
