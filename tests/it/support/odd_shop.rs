//! A repository with everything in it that repositories out there hold: merges, renames, odd names,
//! links, binaries, attributes, odd messages and dates, and tags of every sort.

use super::repo::Repo;
use super::world::World;

/// A repository without a commit.
pub fn empty_shop() -> Repo {
    let world = World::new();
    let shop = Repo::at(&world, world.root.join("shop"));
    std::fs::create_dir_all(&shop.dir).unwrap();
    shop.git(["init", "-q", "-b", "main"]);
    shop
}

fn tick(repo: &Repo) {
    repo.world.tick();
}

/// Merges, renames, odd names, links, binaries, attributes, odd messages and tags of every sort.
pub fn odd_shop() -> Repo {
    let shop = empty_shop();
    let lines = |n: usize| (0..n).map(|i| format!("line {i} of the file\n")).collect::<String>();
    shop.write("src/login.rs", &lines(30));
    shop.write("src/empty", "");
    shop.write("src/no-end", "no line end");
    shop.write("crlf.txt", "a\r\nb\r\n");
    shop.write("run.sh", "#!/bin/sh\n");
    shop.commit_as("Open the shop", "README.md", "# The shop\n");
    tick(&shop);
    for name in ["a b.txt", "ümläut/€.txt", "quote\"d.txt", "tab\there.txt", "-dash", "a:b", "star*?[x]"]
    {
        shop.write(name, "odd\n");
    }
    std::fs::write(shop.dir.join("logo.png"), [0, 1, 2, 255, 0, 10, 13]).unwrap();
    std::os::unix::fs::symlink("src/login.rs", shop.dir.join("link")).unwrap();
    shop.write(
        ".gitattributes",
        "*.gen -diff\n*.lock binary\n*.txt text eol=crlf\n*.rs diff=rust\nfiltered filter=x\n",
    );
    shop.write("made.gen", &lines(3));
    shop.write("Cargo.lock", &lines(4));
    shop.write("filtered", "as it is stored\n");
    shop.git(["add", "-A"]);
    shop.git(["update-index", "--chmod=+x", "run.sh"]);
    let gitlink = format!("160000,{},vendored", shop.rev("HEAD"));
    shop.git(["update-index", "--add", "--cacheinfo", &gitlink]);
    shop.git(["commit", "-q", "-m", "Every sort of file"]);
    tick(&shop);
    shop.git(["switch", "-q", "-c", "develop"]);
    shop.git(["mv", "src/login.rs", "src/sign in.rs"]);
    shop.write("src/sign in.rs", &lines(30).replace("line 7 ", "line seven "));
    shop.write("made.gen", &lines(9));
    shop.write("Cargo.lock", &lines(2));
    shop.write("crlf.txt", "a\r\nB\r\nc\r\n");
    shop.write("src/no-end", "no line end\nnow with one\n");
    std::fs::write(shop.dir.join("logo.png"), [0, 1, 2, 255, 0, 10, 14, 0]).unwrap();
    std::fs::remove_file(shop.dir.join("link")).unwrap();
    shop.write("link", "a file now\n");
    shop.git(["add", "-A", "--", ":!vendored"]);
    shop.git(["update-index", "--chmod=-x", "run.sh"]);
    let gitlink = format!("160000,{},vendored", shop.rev("HEAD"));
    shop.git(["update-index", "--cacheinfo", &gitlink]);
    shop.git(["commit", "-q", "-m", "Change every sort of file"]);
    tick(&shop);
    shop.git(["rm", "-q", "-r", "ümläut", "src/empty"]);
    shop.write("src/empty/inside", "a directory now\n");
    shop.write("copy.rs", &lines(30).replace("line 7 ", "line seven "));
    shop.git(["add", "-A", "--", ":!vendored"]);
    shop.git(["commit", "-q", "-m", "Directories for files"]);
    tick(&shop);
    shop.git(["switch", "-q", "-f", "main"]);
    shop.commit_as("On main", "main.txt", "main\n");
    odd_commits(&shop);
    merges_and_tags(&shop);
    shop
}

/// Messages, encodings, names and dates as they occur in the wild.
fn odd_commits(shop: &Repo) {
    let ada: &[u8] = b"Ada <ada@example.com> 1763800000 +0000";
    let signature: &[u8] = b"gpgsig -----BEGIN SSH SIGNATURE-----\n U1NIU0lH\n -----END SSH SIGNATURE-----\n";
    let commits: [[&[u8]; 3]; 11] = [
        [ada, b"", b""],
        [ada, b"", b"no line end"],
        [ada, b"", b"\n\n  leading blank lines\n\n\ntrailing ones\n\n\n"],
        [ada, b"", b"carriage\r\nreturns\r\n"],
        [ada, b"", b"not \xff utf-8\n"],
        [ada, signature, b"signed\n"],
        [b"J\xc3\xbcrgen <> 1763800000 +1345", b"", b"an odd zone\n"],
        [b" <nobody@example.com> 0 -0330", b"", b"nobody, long ago\n"],
        [b"Ada <ada@example.com> 1763800000 -0000", b"", b"minus zero\n"],
        [b"Ada <ada@example.com> 1763800000 +9959", b"", b"no such zone\n"],
        [b"Future <f@example.com> 4900000000 +0000", b"", b"after 2106\n"],
    ];
    for [author, extra, message] in commits {
        raw_commit(shop, author, extra, message);
    }
}

/// A commit on production with this author, these further headers and this message.
pub fn raw_commit(shop: &Repo, author: &[u8], extra: &[u8], message: &[u8]) {
    let (tree, parent) = (shop.tree("HEAD"), shop.rev("refs/heads/main"));
    let head = format!("tree {tree}\nparent {parent}\nauthor ");
    // Committed in order: with clocks that go backwards git itself lists hidden commits.
    let committer = format!("\ncommitter Ada <ada@example.com> {} +0000\n", shop.world.seconds());
    let commit = [head.as_bytes(), author, committer.as_bytes(), extra, b"\n", message].concat();
    let call = shop.git_call(["hash-object", "-t", "commit", "-w", "--literally", "--stdin"]);
    let made = call.stdin(commit).run();
    made.ok();
    shop.git(["update-ref", "refs/heads/main", made.stdout.trim()]);
}

fn merges_and_tags(shop: &Repo) {
    tick(shop);
    shop.git(["merge", "-q", "--no-ff", "--no-edit", "develop"]);
    // A criss-cross: two best bases.
    shop.git(["branch", "left", "develop"]);
    shop.git(["branch", "right", "main~1"]);
    for (branch, other) in [("left", "main~1"), ("right", "develop")] {
        tick(shop);
        shop.git(["switch", "-q", "-f", branch]);
        shop.git(["merge", "-q", "--no-ff", "--no-edit", other]);
        shop.commit_as("After the merge", &format!("{branch}.txt"), "x\n");
    }
    shop.git(["switch", "-q", "--orphan", "unrelated"]);
    shop.commit_as("Another beginning", "docs/index.md", "docs\n");
    shop.git(["switch", "-q", "-f", "main"]);
    tick(shop);
    shop.git([
        "merge",
        "-q",
        "--no-ff",
        "--no-edit",
        "--allow-unrelated-histories",
        "-s",
        "ours",
        "unrelated",
        "left",
    ]);
    shop.git(["tag", "light"]);
    shop.git(["tag", "-a", "-m", "annotated", "v1.0.0"]);
    shop.git(["tag", "-a", "-m", "nested", "nested", "v1.0.0"]);
    shop.git(["tag", "-a", "-m", "nested twice", "nested-twice", "nested"]);
    shop.git(["tag", "a-tree", "HEAD^{tree}"]);
    shop.git(["tag", "-a", "-m", "a file", "a-blob", "HEAD:README.md"]);
    shop.git(["tag", "main", "develop"]);
    shop.git(["symbolic-ref", "refs/heads/alias", "refs/heads/main"]);
    shop.git(["update-ref", "refs/incidents/one/log", "develop"]);
}
