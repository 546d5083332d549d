//! The trailers of a commit or tag message: `Incident: 20261122-fix-login-crash-7c1e`.

/// The trailer of an incident's commits and tags.
pub const INCIDENT: &str = "Incident";
/// The trailer that names the release a commit belongs to.
pub const HOTFIX: &str = "Hotfix";
/// The trailer that names the release a rollback undoes.
pub const ROLLBACK: &str = "Rollback";

/// The values of a trailer: lines `key: value` of the message's last paragraph.
pub fn values<'a>(message: &'a str, key: &str) -> Vec<&'a str> {
    let lines: Vec<&str> = message.trim_end().lines().collect();
    let last = lines.iter().rposition(|line| line.trim().is_empty()).map_or(0, |at| at + 1);
    let value = |line: &&'a str| {
        let (name, value) = line.split_once(':')?;
        (name.eq_ignore_ascii_case(key) && !value.trim().is_empty()).then(|| value.trim())
    };
    lines.get(last..).unwrap_or_default().iter().filter_map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_paragraph_counts() {
        let message = "Merge\n\nIncident: no\n\nIncident: one\nHotfix: v1.2.1\n";
        assert_eq!(values(message, INCIDENT), ["one"]);
        assert_eq!(values(message, HOTFIX), ["v1.2.1"]);
        assert!(values("Merge\n\nIncident: yes\n\nSee above.", INCIDENT).is_empty());
        assert_eq!(values("incident: yes", INCIDENT), ["yes"], "as git reads them, whatever their case");
    }
}
