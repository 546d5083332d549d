class GitHotfix < Formula
  desc "Take a production hotfix from detection to release, merge-back and post-mortem"
  homepage "@HOMEPAGE@"
  version "@VERSION@"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    on_arm do
      url "@URL@/git-hotfix-@VERSION@-aarch64-apple-darwin.tar.gz"
      sha256 "@SHA256:aarch64-apple-darwin@"
    end
    on_intel do
      url "@URL@/git-hotfix-@VERSION@-x86_64-apple-darwin.tar.gz"
      sha256 "@SHA256:x86_64-apple-darwin@"
    end
  end
  on_linux do
    on_arm do
      url "@URL@/git-hotfix-@VERSION@-aarch64-unknown-linux-musl.tar.gz"
      sha256 "@SHA256:aarch64-unknown-linux-musl@"
    end
    on_intel do
      url "@URL@/git-hotfix-@VERSION@-x86_64-unknown-linux-musl.tar.gz"
      sha256 "@SHA256:x86_64-unknown-linux-musl@"
    end
  end

  def install
    bin.install "hotfix"
    bin.install_symlink "hotfix" => "git-hotfix"
    man1.install "man/hotfix.1", "man/git-hotfix.1"
    bash_completion.install "completions/hotfix.bash" => "hotfix"
    zsh_completion.install "completions/_hotfix"
    fish_completion.install "completions/hotfix.fish"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/hotfix --version")
  end
end
