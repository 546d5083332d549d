//! `hotfix timeline`.

use super::{Desk, Outcome};
use crate::cli::Timeline;
use crate::facts::Hotfix;
use crate::model::failure::Failure;
use crate::report::timeline::{self, Scope};

pub fn run(desk: &Desk, args: &Timeline) -> Outcome {
    let site = desk.site_for_log()?;
    let hotfix = Hotfix::find(&site, args.name.as_deref())?;
    let Some(incident) = &hotfix.incident else {
        return Err(Failure::usage(format!("{} has no record yet", hotfix.name))
            .hint("hotfix note \"what happened\"")
            .into());
    };
    desk.ui.document(timeline::json(incident));
    let scope = if args.all { Scope::All } else { Scope::Curated };
    if args.markdown {
        if !desk.ui.json() {
            desk.ui.raw(&timeline::markdown(incident, scope));
        }
        return Ok(0);
    }
    for line in timeline::lines(incident, scope) {
        desk.ui.answer(line);
    }
    Ok(0)
}
