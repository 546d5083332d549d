//! TOML values: reading one from a line of text, writing one on a single line.

use toml::Value;

/// Reads one TOML value, with nothing behind it.
pub fn parse(text: &str) -> Result<Value, String> {
    text.trim().parse::<Value>().map_err(|e| e.message().to_owned())
}

/// Writes a value on one line, whatever it holds.
pub fn show(value: &Value) -> String {
    match value {
        Value::String(text) => quote(text),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", "))
        }
        Value::Table(table) if table.is_empty() => "{}".to_owned(),
        Value::Table(table) => {
            let pairs: Vec<String> =
                table.iter().map(|(k, v)| format!("{} = {}", name(k), show(v))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        Value::Integer(n) => n.to_string(),
        Value::Float(n) => n.to_string(),
        Value::Boolean(b) => b.to_string(),
        Value::Datetime(at) => at.to_string(),
    }
}

/// A list of text as a value.
pub fn list<S: AsRef<str>>(items: &[S]) -> Value {
    Value::Array(items.iter().map(|i| Value::String(i.as_ref().to_owned())).collect())
}

/// A key, quoted only when TOML wants it.
pub fn name(key: &str) -> String {
    let bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if bare { key.to_owned() } else { quote(key) }
}

fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        for text in [
            r#"{ a = ["x", 1], b = true }"#,
            r#""quote \" slash \\ line \n bell \u0007 ü""#,
            r#"{ "a key" = "" }"#,
            "[]",
            "{}",
        ] {
            let value = parse(text).unwrap();
            assert_eq!(show(&value), text);
            assert_eq!(parse(&show(&value)).unwrap(), value);
        }
    }

    #[test]
    fn one_value_and_nothing_else() {
        assert!(parse("1\nother = 2").is_err());
        assert!(parse("").is_err());
    }
}
