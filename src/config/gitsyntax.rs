//! Reads the syntax of git's configuration files, as far as a shared `.gitflow` file needs it.

/// The keys of a file as `git config --list` would print them, with their values. Lines that
/// make no sense are passed over: the file belongs to another program, which will say so.
pub fn parse(text: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut section = String::new();
    let mut lines = text.strip_prefix('\u{feff}').unwrap_or(text).lines();
    while let Some(line) = lines.next() {
        let line = line.trim();
        if let Some(header) = line.strip_prefix('[') {
            section = heading(header).unwrap_or_default();
            continue;
        }
        if line.is_empty() || line.starts_with(['#', ';']) || section.is_empty() {
            continue;
        }
        let (name, mut raw) = match line.split_once('=') {
            Some((name, raw)) => (name.trim(), raw.trim().to_owned()),
            None => (line, "true".to_owned()),
        };
        // An odd number of backslashes at the end carries the value on to the next line.
        while raw.chars().rev().take_while(|c| *c == '\\').count() % 2 == 1 {
            raw.pop();
            match lines.next() {
                Some(more) => raw.push_str(more.trim_end()),
                None => break,
            }
        }
        if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') && !name.is_empty() {
            out.push((format!("{section}.{}", name.to_ascii_lowercase()), unquote(&raw)));
        }
    }
    out
}

/// `gitflow "branch"]` and the old `gitflow.branch]`.
fn heading(text: &str) -> Option<String> {
    match text.split_once('"') {
        Some((section, rest)) => {
            let mut sub = String::new();
            let mut chars = rest.chars();
            loop {
                match chars.next()? {
                    '"' => break,
                    '\\' => sub.push(chars.next()?),
                    c => sub.push(c),
                }
            }
            Some(format!("{}.{sub}", section.trim().to_ascii_lowercase()))
        }
        None => Some(text.split_once(']')?.0.trim().to_ascii_lowercase()),
    }
}

fn unquote(raw: &str) -> String {
    let mut out = String::new();
    // Up to here the text stays even when it is white space: it was quoted.
    let mut kept = 0;
    let mut quoted = false;
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => quoted = !quoted,
            '#' | ';' if !quoted => break,
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some(c) => out.push(c),
                None => break,
            },
            c => out.push(c),
        }
        if quoted || !c.is_whitespace() {
            kept = out.len();
        }
    }
    out.truncate(kept);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_would_print() {
        let text = "\u{feff}# shared\n[gitflow \"branch\"]\r\n\tmaster = main ; live\r\n\tDevelop = \"de\\\"v \" # x\n\
            [GitFlow.Prefix]\nhotfix=fix/\n[gitflow \"branch.a.B\"] \n type = ba\\\nse\n autoUpdate\n = x\nnonsense here\n";
        let expected = [
            ("gitflow.branch.master", "main"),
            ("gitflow.branch.develop", "de\"v "),
            ("gitflow.prefix.hotfix", "fix/"),
            ("gitflow.branch.a.B.type", "base"),
            ("gitflow.branch.a.B.autoupdate", "true"),
        ];
        let found = parse(text);
        let found: Vec<(&str, &str)> = found.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn nothing_makes_it_stumble() {
        for text in ["", "[", "[a", "[a \"", "[a \"b\\", "a = b", "[s]\nx = \\", "[s]\n= 1\nx = \"open"] {
            parse(text);
        }
    }
}
