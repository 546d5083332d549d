//! The clipboard of whoever sits in front of the terminal, also through ssh and tmux: OSC 52.

use crate::model::failure::Failure;
use crate::system::env::Env;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::io::Write;

/// What every terminal that copies at all takes, in bytes of base64. Some cut off what is longer.
const LIMIT: usize = 74_994;

/// Whether there is a terminal that could copy.
pub fn is_there(env: &Env) -> bool {
    env.stderr_tty || env.stdout_tty
}

/// Asks the terminal to copy a text. Terminals do not answer, so nobody knows whether it did.
///
/// # Errors
/// Without a terminal, and when the text is too long for one.
pub fn copy(env: &Env, text: &str) -> Result<(), Failure> {
    let encoded = STANDARD.encode(text);
    if encoded.len() > LIMIT {
        return Err(Failure::refused(format!(
            "the text is too long for a terminal's clipboard: {} bytes where {} fit",
            text.len(),
            LIMIT / 4 * 3
        )));
    }
    let sequence = sequence(&encoded, env.var("TMUX").is_some());
    let written = if env.stderr_tty {
        let mut out = std::io::stderr().lock();
        out.write_all(sequence.as_bytes()).and_then(|()| out.flush())
    } else if env.stdout_tty {
        let mut out = std::io::stdout().lock();
        out.write_all(sequence.as_bytes()).and_then(|()| out.flush())
    } else {
        return Err(Failure::refused("copying needs a terminal"));
    };
    written.map_err(|error| Failure::failed(format!("could not copy to the clipboard: {error}")))
}

/// tmux takes the plain sequence with `set-clipboard on`, and hands on the wrapped one with
/// `allow-passthrough on`; it drops the other, so it gets both.
fn sequence(encoded: &str, in_tmux: bool) -> String {
    let plain = format!("\u{1b}]52;c;{encoded}\u{7}");
    if in_tmux { format!("{plain}\u{1b}Ptmux;\u{1b}{plain}\u{1b}\\") } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_as_everybody_writes_it() {
        for (text, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
            ("Grüße ✓", "R3LDvMOfZSDinJM="),
        ] {
            assert_eq!(STANDARD.encode(text), encoded);
        }
    }

    #[test]
    fn tmux_gets_both_forms() {
        assert_eq!(sequence("Zg==", false), "\u{1b}]52;c;Zg==\u{7}");
        let both = sequence("Zg==", true);
        assert!(
            both.starts_with("\u{1b}]52;c;Zg==\u{7}\u{1b}Ptmux;\u{1b}\u{1b}]52;")
                && both.ends_with("\u{7}\u{1b}\\")
        );
    }
}
