//! What an editor opens with, for a text that a person writes.

use super::template::{Slots, Template, environment, fill};
use crate::model::failure::Failure;
use crate::model::update::{Audience, State};

/// A note.
pub const NOTE: Template<'static> =
    Template { name: "edit-note.txt", text: include_str!("../../templates/edit-note.txt") };
/// What stands below the draft of an update.
pub const UPDATE: Template<'static> =
    Template { name: "edit-update.txt", text: include_str!("../../templates/edit-update.txt") };

/// The text that a note begins with.
///
/// # Errors
/// The template is malformed, or uses a name: it has none.
pub fn note(template: Template<'_>) -> Result<String, Failure> {
    filled(template, &Slots::new())
}

/// The text below the draft of an update.
///
/// # Errors
/// The template is malformed, or uses a name that it does not have.
pub fn update(template: Template<'_>, audience: Audience, state: State) -> Result<String, Failure> {
    filled(template, &Slots::from([("audience", audience.as_str().into()), ("state", state.as_str().into())]))
}

fn filled(template: Template<'_>, slots: &Slots) -> Result<String, Failure> {
    Ok(format!("{}\n", fill(&environment(), template, slots)?.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_ones_are_hints_alone() {
        let texts = [note(NOTE).unwrap(), update(UPDATE, Audience::Users, State::Resolved).unwrap()];
        for text in &texts {
            assert!(
                text.lines().skip(1).all(|line| line.starts_with('#')) && text.starts_with("\n#"),
                "{text}"
            );
        }
        assert!(texts[1].contains("An update for users (resolved)."));
        let mine = Template { name: "mine.txt", text: "\n{{ audience }}" };
        assert!(note(mine).unwrap_err().message.starts_with("mine.txt:2: 'audience'"));
    }
}
