//! Where a token is found, and for which host. It is only ever sent there.

use super::Kind;
use super::address::Address;
use super::detect::Place;
use crate::git::Repo;
use crate::system::env::Env;
use crate::system::process::Run;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt;
use std::time::Duration;

/// The longest that a helper may take.
const LIMIT: Duration = Duration::from_secs(5);

/// A secret, and how it is presented. It cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    secret: String,
    /// With a user: it is presented as a password.
    user: Option<String>,
    scheme: &'static str,
    /// Where it was found, for people: `GH_TOKEN`, `gh`, `git's credential helper`.
    pub place: String,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({})", self.place)
    }
}

impl Token {
    fn new(kind: Kind, secret: &str, place: impl Into<String>) -> Option<Self> {
        let secret = secret.trim();
        let sane = !secret.is_empty() && secret.chars().all(|c| c.is_ascii_graphic());
        let scheme = if kind == Kind::Forgejo { "token" } else { "Bearer" };
        sane.then(|| Self { secret: secret.to_owned(), user: None, scheme, place: place.into() })
    }

    /// The value of the `Authorization` header.
    pub(super) fn header(&self) -> String {
        match &self.user {
            Some(user) => format!("Basic {}", STANDARD.encode(format!("{user}:{}", self.secret))),
            None => format!("{} {}", self.scheme, self.secret),
        }
    }
}

/// What the discovery looks through.
pub struct Places<'a> {
    pub env: &'a Env,
    pub repo: &'a Repo,
    pub place: &'a Place,
    /// `[forge] token`: `env:NAME` and `command:…`; empty: the places that are known.
    pub named: &'a [String],
}

impl Places<'_> {
    /// The first token, nearest first.
    pub fn find(&self) -> Option<Token> {
        if !self.named.is_empty() {
            return self.named.iter().find_map(|place| self.named_place(place));
        }
        self.variable(&["HOTFIX_FORGE_TOKEN"])
            .or_else(|| self.variable(self.own_variables()))
            .or_else(|| self.program())
            .or_else(|| self.credential())
    }

    fn named_place(&self, place: &str) -> Option<Token> {
        if let Some(name) = place.strip_prefix("env:") {
            return self.variable(&[name]);
        }
        let line = place.strip_prefix("command:")?;
        let done = Run::shell(line).dir(self.repo.dir()).limit(Some(LIMIT)).capture().ok()?;
        let text = done.text();
        done.success()
            .then(|| Token::new(self.place.kind, text.lines().next()?, "the token command"))
            .flatten()
    }

    fn variable(&self, names: &[&str]) -> Option<Token> {
        names.iter().find_map(|name| Token::new(self.place.kind, self.env.var(name)?, *name))
    }

    /// The variables that are meant for this host. Those of github.com are for no other server.
    fn own_variables(&self) -> &'static [&'static str] {
        let host = self.place.address.host.as_str();
        let in_actions = self.env.var("GITHUB_SERVER_URL").and_then(Address::of_server);
        match self.place.kind {
            // Nobody but the server itself says that it is one: it may be anybody.
            _ if !self.place.vouched => &[],
            Kind::GitHub if host == "github.com" || host.ends_with(".ghe.com") => {
                &["GH_TOKEN", "GITHUB_TOKEN"]
            }
            // Within its own Actions the server hands out its own token.
            Kind::GitHub | Kind::Forgejo if in_actions.as_deref() == Some(host) => &[
                "GH_ENTERPRISE_TOKEN",
                "GITHUB_ENTERPRISE_TOKEN",
                "FORGEJO_TOKEN",
                "GITEA_TOKEN",
                "GITHUB_TOKEN",
            ],
            Kind::GitHub => &["GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"],
            Kind::GitLab => &["GITLAB_TOKEN", "GITLAB_ACCESS_TOKEN"],
            Kind::Forgejo => &["FORGEJO_TOKEN", "GITEA_TOKEN"],
        }
    }

    /// What the forge's own program keeps.
    fn program(&self) -> Option<Token> {
        let host = self.place.address.authority();
        let (program, args) = match self.place.kind {
            Kind::GitHub => ("gh", ["auth", "token", "--hostname", &host]),
            Kind::GitLab => ("glab", ["config", "get", "token", "--host"]),
            Kind::Forgejo => return None,
        };
        let mut run = Run::new(program).args(args).env("GH_PROMPT_DISABLED", "1").env("NO_PROMPT", "1");
        if self.place.kind == Kind::GitLab {
            run = run.arg(&host);
        }
        let done = run.limit(Some(LIMIT)).capture().ok()?;
        if done.success() { Token::new(self.place.kind, &done.text(), program) } else { None }
    }

    /// What git keeps for the host. Nothing of it asks a person.
    fn credential(&self) -> Option<Token> {
        let scheme = if self.place.address.scheme == "http" { "http" } else { "https" };
        let question = format!(
            "protocol={scheme}\nhost={}\npath={}.git\n\n",
            self.place.address.authority(),
            self.place.address.path
        );
        if self.place.address.path.contains(['\n', '\0']) {
            return None;
        }
        let quiet = ["-c", "core.askPass=", "-c", "credential.interactive=false"].map(str::to_owned);
        let run = self
            .repo
            .git()
            .call_with("credential", &quiet)
            .arg("fill")
            .dir(self.repo.dir())
            .env("GIT_ASKPASS", "")
            .env("SSH_ASKPASS", "")
            .env("GCM_INTERACTIVE", "never")
            .stdin(question)
            .limit(Some(LIMIT));
        let done = run.capture().ok()?;
        if !done.success() {
            return None;
        }
        let text = done.text();
        let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
        let mut token = Token::new(self.place.kind, field("password=")?, "git's credential helper")?;
        if self.place.kind != Kind::GitLab {
            token.user = Some(field("username=").unwrap_or_default().to_owned());
        }
        Some(token)
    }
}

impl Address {
    /// The host in the address of a server, which has no path.
    fn of_server(url: &str) -> Option<String> {
        crate::system::http::Origin::of(url).map(|o| o.name().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_each_forge_wants_and_nothing_to_print() {
        let token = Token::new(Kind::GitHub, " abc \n", "GH_TOKEN").unwrap();
        assert_eq!(token.header(), "Bearer abc");
        assert_eq!(format!("{token:?}"), "Token(GH_TOKEN)");
        assert_eq!(Token::new(Kind::Forgejo, "abc", "x").unwrap().header(), "token abc");
        let basic = Token { user: Some("ada".to_owned()), ..token };
        assert_eq!(basic.header(), "Basic YWRhOmFiYw==");
        for bad in ["", "  ", "a b", "a\nb", "ü"] {
            assert_eq!(Token::new(Kind::GitHub, bad, "x"), None, "{bad:?}");
        }
    }

    #[test]
    fn base64_as_in_the_standard() {
        for (text, expected) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")]
        {
            assert_eq!(STANDARD.encode(text), expected);
        }
    }
}
