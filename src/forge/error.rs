//! Why a forge could not be asked, or said no.

use crate::system::http::HttpError;
use std::fmt;

/// What went wrong. No variant holds a token.
#[derive(Debug)]
pub enum ForgeError {
    Http(HttpError),
    /// It does not know us, or lets us see nothing: status, its words, what to do.
    Denied {
        host: String,
        status: u16,
        words: String,
        hint: Option<String>,
    },
    /// It said no for a reason of its own.
    Refused {
        status: u16,
        words: String,
    },
    /// It wants to be left alone for so many seconds.
    Limited {
        host: String,
        seconds: Option<u64>,
    },
    /// It answered with something that is not an answer.
    Strange {
        host: String,
        status: u16,
    },
    /// It answers, and keeps a run waiting longer than anybody waits.
    Slow {
        host: String,
    },
}

impl ForgeError {
    /// Whether something may have been done although we do not know it.
    pub const fn is_unknown(&self) -> bool {
        match self {
            Self::Http(error) => error.is_unknown(),
            Self::Strange { .. } => true,
            _ => false,
        }
    }

    /// Whether nobody who knows anything about requests has answered: what git alone can do is left.
    pub const fn is_absent(&self) -> bool {
        match self {
            Self::Http(_) | Self::Strange { .. } | Self::Limited { .. } | Self::Slow { .. } => true,
            Self::Refused { status, .. } => *status >= 500,
            Self::Denied { .. } => false,
        }
    }

    /// The forge's own words, for a refusal.
    pub fn words(&self) -> String {
        match self {
            Self::Refused { words, .. } | Self::Denied { words, .. } => words.clone(),
            other => other.to_string(),
        }
    }
}

impl From<HttpError> for ForgeError {
    fn from(error: HttpError) -> Self {
        Self::Http(error)
    }
}

impl fmt::Display for ForgeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(error) => error.fmt(f),
            Self::Denied { host, status: 401, .. } => write!(f, "{host} does not accept the token (401)"),
            Self::Denied { host, status: 404, .. } => {
                write!(f, "{host} does not show this repository to this token (404)")
            }
            Self::Denied { host, status, words, .. } => {
                write!(f, "{host} does not allow it ({status}): {words}")
            }
            Self::Refused { status, words } if words.is_empty() => write!(f, "refused ({status})"),
            Self::Refused { words, .. } => f.write_str(words),
            Self::Limited { host, seconds: Some(s) } => {
                write!(f, "{host} is rate limiting: no more calls for {s} seconds")
            }
            Self::Limited { host, seconds: None } => write!(f, "{host} is rate limiting"),
            Self::Slow { host } => {
                write!(f, "{host} answers too slowly: it was waited for five minutes in all")
            }
            Self::Strange { host, status } => {
                write!(f, "{host} answered with something that is not JSON ({status}); is forge.api right?")
            }
        }
    }
}

impl std::error::Error for ForgeError {}

/// What a call to a forge gives.
pub type Result<T> = std::result::Result<T, ForgeError>;
