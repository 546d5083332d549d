//! Durations and times of day, as people write them.

use super::lists::lists;
use super::words::Word;

/// A duration that stands in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stated {
    pub seconds: i64,
    /// How far off the truth may be, in seconds: what is said in hours is not meant to the minute.
    pub tolerance: i64,
}

/// A duration at the beginning of these words, and how many of them it takes.
pub fn length(words: &[Word<'_>]) -> Option<(Stated, usize)> {
    let first = words.first()?;
    let vague = first.is(&lists().about) || first.lower.starts_with(['~', '≈']);
    let skip = usize::from(first.is(&lists().about));
    let (mut seconds, mut unit, mut used) = (0_i64, i64::MAX, skip);
    loop {
        let rest = words.get(used..)?;
        // "1 hour and 20 minutes"
        let and = usize::from(used > skip && rest.first().is_some_and(|w| w.is(&["and"])));
        let Some((count, one, taken)) = rest.get(and..).and_then(part) else { break };
        if one >= unit {
            break;
        }
        let exact = (count * one as f64).round();
        if !(0.0..=1e9).contains(&exact) {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "between 0 and a billion")]
        let exact = exact as i64;
        seconds += exact;
        let half = count.fract() != 0.0 && one >= 3600;
        unit = if half { one / 2 } else { one };
        let ends = rest.get(and + taken - 1).is_some_and(|w| w.pause);
        used += and + taken;
        if ends {
            break;
        }
    }
    if used == skip || seconds == 0 {
        return None;
    }
    let exact = match unit {
        1 => 5,
        60 => 60,
        other => other / 2,
    };
    let tolerance = if vague { exact.max(seconds / 4) } else { exact.max(seconds / 20) };
    Some((Stated { seconds, tolerance }, used))
}

/// One number and its unit: `45 minutes`, `45min`, `45-minute`, `two hours`, `half an hour`.
fn part(words: &[Word<'_>]) -> Option<(f64, i64, usize)> {
    let word = words.first()?;
    if word.is(&["half"]) && words.get(1)?.is(&["an", "a"]) {
        return Some((0.5, unit(&words.get(2)?.lower)?, 3));
    }
    let text = word.lower.trim_start_matches(['~', '≈']);
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, tail) = text.split_at_checked(digits)?;
    if let Ok(number) = number.parse::<f64>() {
        let tail = tail.trim_start_matches('-');
        if !tail.is_empty() {
            return Some((number, unit(tail)?, 1));
        }
        return (!word.pause).then_some(()).and_then(|()| Some((number, unit(&words.get(1)?.lower)?, 2)));
    }
    let number = spelled(&word.lower)?;
    Some((number, unit(&words.get(1)?.lower)?, 2))
}

/// A number in words.
pub fn spelled(word: &str) -> Option<f64> {
    let words = [
        ("a", 1.0),
        ("an", 1.0),
        ("one", 1.0),
        ("two", 2.0),
        ("three", 3.0),
        ("four", 4.0),
        ("five", 5.0),
        ("six", 6.0),
        ("seven", 7.0),
        ("eight", 8.0),
        ("nine", 9.0),
        ("ten", 10.0),
        ("eleven", 11.0),
        ("twelve", 12.0),
        ("fifteen", 15.0),
        ("twenty", 20.0),
        ("thirty", 30.0),
        ("forty", 40.0),
        ("forty-five", 45.0),
        ("fifty", 50.0),
        ("sixty", 60.0),
        ("ninety", 90.0),
    ];
    words.into_iter().find(|(name, _)| *name == word).map(|(_, n)| n)
}

/// The seconds of a unit.
fn unit(word: &str) -> Option<i64> {
    match word {
        "s" | "sec" | "secs" | "second" | "seconds" => Some(1),
        "m" | "min" | "mins" | "minute" | "minutes" => Some(60),
        "h" | "hr" | "hrs" | "hour" | "hours" => Some(3600),
        "d" | "day" | "days" => Some(86_400),
        _ => None,
    }
}

/// A time of day in UTC, or in a zone that is not said. `None` where another zone is.
pub fn clock(words: &[Word<'_>]) -> Option<(u32, u32)> {
    let word = words.first()?;
    let text = word.lower.trim_start_matches(['~', '≈']).trim_end_matches('z');
    let mut parts = text.split(':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next());
    let two = |part: &str| part.len() <= 2 && !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if parts.next().is_some()
        || !two(hours)
        || minutes.len() != 2
        || !two(minutes)
        || seconds.is_some_and(|s| !two(s))
    {
        return None;
    }
    let (hours, minutes) = (hours.parse().ok()?, minutes.parse().ok()?);
    let elsewhere = words.get(1).filter(|_| !word.pause).is_some_and(|next| {
        let zone = next.text;
        let is_zone = (3..=4).contains(&zone.len())
            && zone.bytes().all(|b| b.is_ascii_uppercase())
            && zone.ends_with(['T', 'Z']);
        is_zone || zone.starts_with('+') || next.is(&["local", "am", "pm"])
    });
    (hours < 24 && minutes < 60 && !elsewhere).then_some((hours, minutes))
}

#[cfg(test)]
mod tests {
    use super::super::words::sentences;
    use super::*;

    fn seconds(text: &str) -> Option<(i64, i64)> {
        let words = sentences(text).into_iter().next().unwrap();
        length(&words).map(|(stated, _)| (stated.seconds, stated.tolerance))
    }

    #[test]
    fn durations_as_people_write_them() {
        for (text, wanted) in [
            ("45 minutes", (2700, 135)),
            ("10min.", (600, 60)),
            ("40-minute outage", (2400, 120)),
            ("1h 20m", (4800, 240)),
            ("1 hour and 20 minutes", (4800, 240)),
            ("two hours", (7200, 1800)),
            ("1.5 hours", (5400, 900)),
            ("half an hour", (1800, 900)),
            ("about 40 minutes", (2400, 600)),
            ("~40 min", (2400, 600)),
            ("90 s", (90, 5)),
            ("3 days", (259_200, 43_200)),
        ] {
            assert_eq!(seconds(text), Some(wanted), "{text}");
        }
        for text in ["40", "40 requests", "v1.2.1 minutes", "40, minutes", "a request", "0 minutes"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    #[test]
    fn times_of_day_in_utc_or_nowhere() {
        let time = |text: &str| clock(&sentences(text).into_iter().next().unwrap());
        for text in ["14:02", "14:02Z", "14:02:33 UTC", "14:02, CET", "14:02 on"] {
            assert_eq!(time(text), Some((14, 2)), "{text}");
        }
        for text in
            ["14:02 CET", "14:02 PDT", "14:02 +02:00", "2:1", "25:00", "1:2:3:4", "14:02 local", "02:40 pm"]
        {
            assert_eq!(time(text), None, "{text}");
        }
    }
}
