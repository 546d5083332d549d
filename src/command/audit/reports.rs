//! The losses in the forms that forges show beside the code.

use super::words;
use crate::command::annotation::Annotation;
use crate::facts::audit::Audit;
use crate::insight::presence::Standing;
use crate::model::text::safe;
use serde_json::{Value, json};
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

/// One file with a loss.
struct Finding {
    fix: String,
    target: String,
    path: String,
    line: usize,
    message: String,
}

impl Finding {
    /// The same for the same loss, wherever it is found again.
    fn fingerprint(&self) -> String {
        let mut hasher = DefaultHasher::new();
        (&self.fix, &self.target, &self.path).hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    }
}

fn findings(audit: &Audit) -> Vec<Finding> {
    let mut found = Vec::new();
    for fix in &audit.fixes {
        for place in fix.places.iter().filter(|p| p.verdict.standing == Standing::Lost) {
            let parts = || place.verdict.lost.iter().filter_map(|at| place.answer.facts.parts.get(*at));
            for path in &place.verdict.paths {
                let part = parts().find(|part| part.path == *path).map_or(0, |part| part.part);
                let file = fix.material.files.iter().find(|file| file.path == *path);
                let (fix_name, target) = (safe(&fix.fix.name), safe(&place.branch.name));
                found.push(Finding {
                    line: file.and_then(|file| file.change.line_of(part)).unwrap_or(1),
                    message: format!(
                        "hotfix {fix_name} is lost in {target}: {}",
                        words::why(audit, fix, place)
                    ),
                    fix: fix_name,
                    target,
                    path: path.clone(),
                });
            }
        }
    }
    found
}

/// SARIF 2.1.0.
pub fn sarif(audit: &Audit) -> Value {
    let results: Vec<Value> = findings(audit)
        .into_iter()
        .map(|finding| {
            json!({
                "ruleId": "hotfix-lost",
                "level": "error",
                "message": { "text": finding.message },
                "locations": [{ "physicalLocation": {
                    "artifactLocation": { "uri": uri(&finding.path) },
                    "region": { "startLine": finding.line },
                }}],
                "partialFingerprints": { "hotfixLost/v1": finding.fingerprint() },
                "properties": { "fix": finding.fix, "target": finding.target },
            })
        })
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "hotfix",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": [{
                    "id": "hotfix-lost",
                    "shortDescription": { "text": "A released hotfix is missing" },
                }],
            }},
            "results": results,
        }],
    })
}

/// Lines that a GitHub runner turns into annotations.
pub fn github(audit: &Audit) -> Vec<String> {
    findings(audit).into_iter().map(|finding| annotation(finding).github()).collect()
}

/// A code quality report as GitLab reads it.
pub fn gitlab(audit: &Audit) -> Value {
    findings(audit).into_iter().map(|finding| annotation(finding).gitlab()).collect()
}

fn annotation(finding: Finding) -> Annotation {
    Annotation {
        is_error: true,
        rule: "hotfix-lost".to_owned(),
        title: format!("Hotfix {} is lost in {}", finding.fix, finding.target),
        fingerprint: finding.fingerprint(),
        path: finding.path,
        line: finding.line,
        message: finding.message,
    }
}

/// A path as part of an address.
fn uri(path: &str) -> String {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/".contains(&b);
    path.bytes().map(|b| if is_plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}
