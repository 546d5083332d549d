"""Runs what action.yml and the GitLab component run, as their runners would, on a repository with a lost
hotfix and a post-mortem with a fault. Needs git, bash, PyYAML, and the program as the first word."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import yaml

program, room = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
root = Path(__file__).resolve().parent.parent
room.mkdir(parents=True)
shop, bin_dir = room / "shop", room / "bin"
bin_dir.mkdir()
(bin_dir / "hotfix").symlink_to(program)
clean = {
    "PATH": f"{bin_dir}:{os.environ['PATH']}", "HOME": str(room), "CI": "true", "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com",
}


def git(*words, cwd=None):
    subprocess.run(["git", *words], cwd=cwd or shop, check=True, env=clean, stdout=subprocess.DEVNULL)


def commit(name, text, message):
    (shop / name).parent.mkdir(parents=True, exist_ok=True)
    (shop / name).write_text(text)
    git("add", "-A")
    git("commit", "-q", "-m", message)


def story():
    """A hotfix that is merged everywhere, and taken out of develop by a commit about other things."""
    git("init", "-q", "-b", "main", str(shop), cwd=room)
    code = "".join(f"line {n}\n" for n in range(30)) + "if user == None:\n    crash()\n"
    commit("login.py", code, "Log in")
    git("tag", "-m", "v1.2.0", "v1.2.0")
    git("switch", "-q", "-c", "develop")
    git("switch", "-q", "-c", "hotfix/login", "main")
    commit("login.py", code.replace("    crash()\n", "    return unknown_user(request)\n"), "An unknown user is no crash")
    for branch in ("main", "develop"):
        git("switch", "-q", branch)
        git("merge", "-q", "--no-ff", "-m", f"Merge branch 'hotfix/login' into {branch}", "hotfix/login")
        if branch == "main":
            git("tag", "-m", "v1.2.1", "v1.2.1")
    commit("login.py", code, "Faster start page")
    commit("docs/postmortems/a b.md", "# Login\n\n## Actions\n\n- look into the cache\n\n## Lessons\n\nTBD\n", "Post-mortem")
    git("remote", "add", "origin", str(shop))
    git("fetch", "-q", "origin")


def fill(value, inputs):
    """What a runner puts in for ${{ inputs.x }} and $[[ inputs.x ]]."""
    return re.sub(r"\$(?:\{\{|\[\[) *inputs\.([\w-]+) *(?:\}\}|\]\])", lambda m: str(inputs[m[1]]).strip(), str(value))


def run(script, env):
    output = room / "outputs"
    output.write_text("")
    env = {**clean, **env, "GITHUB_ACTION_PATH": str(root), "GITHUB_OUTPUT": str(output)}
    done = subprocess.run(["bash", "-eo", "pipefail", "-c", script], cwd=shop, env=env, text=True, capture_output=True)
    return done, dict(line.split("=", 1) for line in output.read_text().splitlines())


def expect(is_so, what, done):
    if not is_so:
        sys.exit(f"{what}\nexit status {done.returncode}\n{done.stdout}\n{done.stderr}")


def github(**given):
    action = yaml.safe_load((root / "action.yml").read_text())
    inputs = {name: field["default"] for name, field in action["inputs"].items()} | given
    (step,) = action["runs"]["steps"]
    return run(step["run"], {name: fill(value, inputs) for name, value in step["env"].items()})


def gitlab(**given):
    spec, job = yaml.safe_load_all((root / "packaging/gitlab/hotfix.yml").read_text())
    inputs = {name: field.get("default") for name, field in spec["spec"]["inputs"].items()}
    inputs |= {"script": str(root / "packaging/ci/check.sh")} | given
    inputs = {name: str(v).lower() if isinstance(v, bool) else v for name, v in inputs.items()}
    job = job["hotfix"]
    env = {name: fill(value, inputs) for name, value in job["variables"].items()}
    return run("\n".join(job["script"]), env)


story()
done, outputs = github(postmortems="docs/**/*.md", strict="true")
expect(done.returncode == 1 and outputs.get("lost") == "1", "the lost hotfix fails the job", done)
expect("::error file=login.py,line=" in done.stdout, "the loss is an annotation", done)
expect(int(outputs.get("found", 0)) > 0, "the post-mortem's faults are counted", done)
expect("::error file=docs/postmortems/a b.md,line=" in done.stdout, "and annotated", done)

done, outputs = github(audit="false", postmortems="docs/**/*.md")
expect(done.returncode == 0 and "::warning file=docs" in done.stdout, "without strict it is a remark", done)

odd = "$(touch pwned) `touch pwned` --strict ; touch pwned"
done, outputs = github(audit="false", postmortems=odd, since=odd)
expect(done.returncode == 0 and not (shop / "pwned").exists(), "what is put in is no command", done)

done, _ = gitlab(postmortems="docs/postmortems/*.md")
expect(done.returncode == 1, "the lost hotfix fails the job", done)
for name in ("hotfix-audit.json", "hotfix-postmortems.json"):
    report = json.loads((shop / name).read_text())
    keys = {"description", "check_name", "fingerprint", "severity", "location"}
    expect(report and all(keys <= entry.keys() for entry in report), f"{name} is a code quality report", done)

shallow = room / "shallow"
git("clone", "-q", "--depth=1", f"file://{shop}", str(shallow), cwd=room)
shop = shallow
done, _ = github()
expect(done.returncode == 1 and "fetch-depth" in done.stderr, "a shallow clone is refused", done)
print("the action and the component do what they say")
