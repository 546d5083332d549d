//! The strings of a JSON file.

use super::super::leaf::Leaf;
use super::{Read, body, subject};
use jsonc_parser::ast::{Object, Value};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

/// `relaxed`: comments and trailing commas are allowed.
pub(super) fn read(text: &str, relaxed: bool) -> Read {
    let (body, shift) = body(text);
    let options = ParseOptions {
        allow_comments: relaxed,
        allow_trailing_commas: relaxed,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let parsed = parse_to_ast(body, &CollectOptions::default(), &options);
    let value = parsed.map_err(|_| "is not valid JSON")?.value.ok_or("is not valid JSON")?;
    let mut walk = Walk { body, shift, key: Vec::new(), found: Vec::new() };
    // A list has no version of its own.
    if !matches!(value, Value::Array(_)) {
        walk.value(&value)?;
    }
    Ok(walk.found)
}

struct Walk<'a> {
    body: &'a str,
    shift: usize,
    key: Vec<String>,
    found: Vec<Leaf>,
}

impl Walk<'_> {
    fn object(&mut self, object: &Object<'_>) -> Result<(), &'static str> {
        for (at, property) in object.properties.iter().enumerate() {
            let key = property.name.as_str();
            // Readers disagree about which of two counts.
            if key == "version" && object.properties.iter().skip(at + 1).any(|p| p.name.as_str() == key) {
                return Err("has the key version twice");
            }
            self.key.push(key.to_owned());
            self.value(&property.value)?;
            self.key.pop();
        }
        Ok(())
    }

    fn value(&mut self, value: &Value<'_>) -> Result<(), &'static str> {
        match value {
            Value::Object(object) => self.object(object)?,
            Value::Array(array) => {
                for (at, item) in array.elements.iter().enumerate() {
                    let name = match item {
                        Value::StringLit(text) => subject(&text.value).to_owned(),
                        Value::Object(object) => object
                            .get_string("name")
                            .map_or_else(|| format!("#{at}"), |name| name.value.to_string()),
                        _ => format!("#{at}"),
                    };
                    self.key.push(name);
                    self.value(item)?;
                    self.key.pop();
                }
            }
            Value::StringLit(text) => {
                let range = text.range.start + 1..text.range.end.saturating_sub(1);
                if self.body.get(range.clone()) == Some(text.value.as_ref()) {
                    let range = range.start + self.shift..range.end + self.shift;
                    self.found.push(Leaf { key: self.key.clone(), range, says: text.value.to_string() });
                }
            }
            Value::BooleanLit(is) => {
                let range = is.range.start + self.shift..is.range.end + self.shift;
                self.found.push(Leaf { key: self.key.clone(), range, says: is.value.to_string() });
            }
            _ => {}
        }
        Ok(())
    }
}
