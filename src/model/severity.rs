//! How bad it is, and why it cannot wait.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// sev1 (worst) to sev5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Sev1,
    Sev2,
    Sev3,
    Sev4,
    Sev5,
}

impl Severity {
    /// Worst first, as the prompt lists them.
    pub const ALL: [Self; 5] = [Self::Sev1, Self::Sev2, Self::Sev3, Self::Sev4, Self::Sev5];

    /// One line that helps to choose.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Sev1 => "down or unusable for most users, data loss, or data exposed",
            Self::Sev2 => "many users cannot use an important function, no workaround",
            Self::Sev3 => "some users affected, or a workaround exists",
            Self::Sev4 => "minor; usually waits for the next release",
            Self::Sev5 => "cosmetic; usually a ticket",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sev1 => "sev1",
            Self::Sev2 => "sev2",
            Self::Sev3 => "sev3",
            Self::Sev4 => "sev4",
            Self::Sev5 => "sev5",
        })
    }
}

impl FromStr for Severity {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let lower = text.to_ascii_lowercase();
        let digit = lower.strip_prefix("sev").unwrap_or(&lower);
        match digit {
            "1" => Ok(Self::Sev1),
            "2" => Ok(Self::Sev2),
            "3" => Ok(Self::Sev3),
            "4" => Ok(Self::Sev4),
            "5" => Ok(Self::Sev5),
            _ => Err(format!("severity is sev1 (worst) to sev5, not '{text}'")),
        }
    }
}

/// The five reasons that make a change worth bypassing the release train.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// A security vulnerability.
    Security,
    /// A complete feature failure.
    Outage,
    /// Data corruption or loss.
    DataCorruption,
    /// A significant revenue loss.
    Revenue,
    /// A compliance violation.
    Compliance,
}

impl Reason {
    /// In the order the triage shows them: the most frequent first.
    pub const ALL: [Self; 5] =
        [Self::Outage, Self::Security, Self::DataCorruption, Self::Revenue, Self::Compliance];

    /// The words used in questions and documents.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Security => "security vulnerability",
            Self::Outage => "complete feature failure",
            Self::DataCorruption => "data corruption",
            Self::Revenue => "significant revenue loss",
            Self::Compliance => "compliance violation",
        }
    }

    /// What a fix that was started for these reasons is filed under in a changelog.
    pub fn kind_of_change(reasons: &[Self]) -> &'static str {
        if reasons.contains(&Self::Security) { "Security" } else { "Fixed" }
    }
}

/// Who or what noticed first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum DetectedBy {
    Alert,
    Customer,
    Support,
    Employee,
    Audit,
    Researcher,
}

impl fmt::Display for DetectedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Alert => "an alert",
            Self::Customer => "a customer",
            Self::Support => "support",
            Self::Employee => "an employee",
            Self::Audit => "an audit",
            Self::Researcher => "a researcher",
        })
    }
}

/// Whether somebody has seen it happen on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Reproduced {
    Yes,
    No,
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reason_is_filed_under() {
        assert_eq!(Reason::kind_of_change(&[Reason::Outage, Reason::Security]), "Security");
        assert_eq!(Reason::kind_of_change(&[Reason::DataCorruption]), "Fixed");
        assert_eq!(Reason::kind_of_change(&[]), "Fixed");
    }
}
