//! Standard Webhooks: a signature over id, time and body, so that a receiver knows who sent it.

use super::secret::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use ring::hmac;

/// What a key may begin with.
const PREFIX: &str = "whsec_";

/// The three headers.
///
/// # Errors
/// When the key is not what that standard takes.
pub fn headers(
    key: &Secret,
    id: &str,
    now: DateTime<Utc>,
    body: &str,
) -> Result<[(&'static str, String); 3], String> {
    let text = key.reveal();
    let bytes = STANDARD
        .decode(text.strip_prefix(PREFIX).unwrap_or(text))
        .map_err(|_| "its key for signatures is not whsec_ and base64".to_owned())?;
    if bytes.is_empty() {
        return Err("its key for signatures is empty".to_owned());
    }
    let time = now.timestamp().to_string();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &bytes);
    let tag = hmac::sign(&key, format!("{id}.{time}.{body}").as_bytes());
    Ok([
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", time),
        ("webhook-signature", format!("v1,{}", STANDARD.encode(tag.as_ref()))),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::env::Env;

    /// The example that the standard's own libraries are tested with.
    #[test]
    fn as_the_standard_has_it() {
        let dir = tempfile::tempdir().unwrap();
        let find = |text: &str| {
            crate::system::files::write_atomically(&dir.path().join("key"), text).unwrap();
            Secret::find("file:key", &Env::from_os(), dir.path(), std::time::Duration::ZERO).unwrap()
        };
        let now = DateTime::from_timestamp(1_614_265_330, 0).unwrap();
        let body = r#"{"test": 2432232314}"#;
        for key in ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] {
            let headers = headers(&find(key), "msg_p5jXN8AQM9LWM0D4loKWxJek", now, body).unwrap();
            assert_eq!(headers[2].1, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        }
        let error = headers(&find("whsec_!!"), "x", now, body).unwrap_err();
        assert!(!error.contains("!!"), "{error}");
    }
}
