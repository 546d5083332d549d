//! What anybody can do who may push: write into the logs on the remote, with nothing but git.

use super::shop::Shop;
use serde_json::{Value, json};

impl Shop {
    /// Puts an event into a log on the remote. `parents` in git's words.
    pub fn stranger_writes(&self, log: &str, event: &Value, parents: &[&str]) -> String {
        let remote = self.remote();
        let mut whole = json!({
            "v": 1, "id": "forged", "at": "2026-11-22T14:00:00Z", "recorded_at": "2026-11-22T14:00:00Z",
            "lamport": 0, "source": "git", "actor": { "name": "Mallory", "email": "m@example.org" },
        });
        whole.as_object_mut().unwrap().extend(event.as_object().unwrap().clone());
        let write = ["hash-object", "-w", "--stdin"];
        let blob = remote.git_call(write).stdin(whole.to_string()).run().stdout.trim().to_owned();
        let tree = remote.git_call(["mktree"]).stdin(format!("100644 blob {blob}\tevent.json\n")).run();
        let mut args = vec!["commit-tree", "-m", "forged", tree.stdout.trim()];
        for parent in parents {
            args.extend(["-p", parent]);
        }
        let identity = ["-c", "user.name=Mallory", "-c", "user.email=m@example.org"];
        let commit = remote.git([&identity[..], &args].concat());
        remote.git(["update-ref", log, &commit]);
        commit
    }

    /// Events on top of this clone's log, which come here with the next sync.
    pub fn stranger_adds(&self, events: &[Value]) {
        let log = self.logs()[0].clone();
        for (n, event) in events.iter().enumerate() {
            let mut event = event.clone();
            event.as_object_mut().unwrap().insert("id".into(), format!("forged{n}").into());
            self.stranger_writes(&log, &event, &[&log]);
        }
        self.hotfix(["sync", "-y"]).ok();
    }

    /// Joins these commits on the remote's log.
    pub fn stranger_joins(&self, log: &str, tips: &[String]) {
        let remote = self.remote();
        let tree = remote.git_call(["mktree"]).stdin("").run();
        let mut args =
            vec!["-c", "user.name=M", "-c", "user.email=m@example.org", "commit-tree", "-m", "joined"];
        args.push(tree.stdout.trim());
        for tip in tips {
            args.extend(["-p", tip.as_str()]);
        }
        let joined = remote.git(args);
        remote.git(["update-ref", log, &joined]);
    }

    /// Puts so many logs on the remote, each of a hotfix that does not exist, the newest of all.
    pub fn stranger_floods(&self, logs: usize) {
        let mut stream = String::new();
        for n in 0..logs {
            let (name, id) = (format!("forged-{n:05}"), format!("20261122-forged-{n:05}-{n:04x}"));
            let event = json!({
                "v": 1, "id": format!("f{n:011x}"), "at": "2026-11-22T14:00:00Z", "lamport": 1,
                "recorded_at": "2026-11-22T14:00:00Z", "source": "git", "kind": "declared", "text": name,
                "actor": { "name": "Mallory", "email": "m@example.org" }, "refs": { "log": id },
                "data": { "name": name, "title": name, "branch": format!("hotfix/{name}") },
            })
            .to_string();
            stream.push_str(&format!(
                "commit refs/incidents/{id}/log\ncommitter M <m@example.org> 1795356000 +0000\ndata 1\nx\n\
                 M 100644 inline event.json\ndata {}\n{event}\n\n",
                event.len()
            ));
        }
        self.remote().git_call(["fast-import", "--quiet"]).stdin(stream).run().ok();
    }
}
