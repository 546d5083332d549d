//! Reading the times people type, and saying durations.

use super::failure::Failure;
use super::text::{count, safe};
use chrono::{
    DateTime, Datelike, Duration, FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime,
    TimeZone, Utc,
};

/// How far ahead of the clock a typed time may lie: clocks differ a little between machines.
const AHEAD_MAX: Duration = Duration::minutes(5);

/// Reads a `--at` value relative to `now`, in `now`'s zone.
///
/// `14:02` and `2:54 PM` (the most recent such time), `19:14 UTC`, `04:35Z`, `2026-11-22 14:02`,
/// RFC 3339, `-15m`, `30 min ago`, `half an hour ago`, `yesterday 23:50`.
///
/// # Errors
/// Text that is no time, a time in a daylight-saving gap or fold, more than 5 minutes ahead, or
/// outside the years 2000 to 2099.
pub fn parse<Z: TimeZone>(typed: &str, now: &DateTime<Z>) -> Result<DateTime<FixedOffset>, Failure> {
    check(typed, now).map_err(|failure| {
        let example = match typed.trim() {
            t if t.starts_with("yesterday") => "yesterday 23:50",
            t if t.ends_with("ago") => "30 min ago",
            _ => "-15m",
        };
        failure.instead(typed, example)
    })
}

fn check<Z: TimeZone>(typed: &str, now: &DateTime<Z>) -> Result<DateTime<FixedOffset>, Failure> {
    let at = understand(typed.trim(), now)?;
    if !(2000..=2099).contains(&at.year()) {
        return Err(bad(typed, "its year is not between 2000 and 2099"));
    }
    if at.offset().local_minus_utc().abs() > 14 * 3600 {
        return Err(bad(typed, "no time zone is that far from UTC"));
    }
    if at.to_utc() > now.to_utc() + AHEAD_MAX {
        return Err(bad(typed, "it is more than 5 minutes ahead of this machine's clock"));
    }
    Ok(at)
}

fn understand<Z: TimeZone>(text: &str, now: &DateTime<Z>) -> Result<DateTime<FixedOffset>, Failure> {
    let today = now.naive_local().date();
    if text == "now" {
        return Ok(now.fixed_offset());
    }
    if let Some(ago) = text.strip_prefix('-').or_else(|| text.strip_suffix("ago").map(str::trim)) {
        let back = said_duration(ago).ok_or_else(|| bad(text, "an age is written -15m or '15 min ago'"))?;
        return now
            .clone()
            .checked_sub_signed(back)
            .map(|at| at.fixed_offset())
            .ok_or_else(|| bad(text, "that is too long ago"));
    }
    if let Some(at) = absolute(text) {
        return Ok(at);
    }
    if let Some((rest, zone)) = zoned(text) {
        return understand(rest, &now.with_timezone(&zone));
    }
    if let Some(rest) = text.strip_prefix("yesterday") {
        let time = clock(rest.trim()).ok_or_else(|| bad(text, "write it as 'yesterday 23:50'"))?;
        let day = today.pred_opt().unwrap_or(today);
        return local(text, now, day.and_time(time));
    }
    if let Some(rest) = text.strip_prefix("today") {
        let time = clock(rest.trim()).ok_or_else(|| bad(text, "write it as 'today 03:50'"))?;
        return local(text, now, today.and_time(time));
    }
    if let Some(time) = clock(text) {
        let at = local(text, now, today.and_time(time))?;
        if at.to_utc() <= now.to_utc() {
            return Ok(at);
        }
        return local(text, now, today.pred_opt().unwrap_or(today).and_time(time));
    }
    if let Some((day, time)) = text.split_once(' ')
        && let (Ok(day), Some(time)) = (NaiveDate::parse_from_str(day, "%Y-%m-%d"), clock(time.trim()))
    {
        return local(text, now, day.and_time(time));
    }
    for form in ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"] {
        if let Ok(naive) = NaiveDateTime::parse_from_str(text, form) {
            return local(text, now, naive);
        }
    }
    if NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok() {
        return Err(bad(text, "the time of day is missing"));
    }
    Err(Failure::usage(format!(
        "not a time: '{}' (expected e.g. 14:02, '2:54 PM', -15m, 'yesterday 23:50')",
        safe(text)
    )))
}

/// A date and time with an offset: RFC 3339, seconds optional.
fn absolute(text: &str) -> Option<DateTime<FixedOffset>> {
    let text = text.replacen(' ', "T", 1).replace(['Z', 'z'], "+00:00");
    ["%Y-%m-%dT%H:%M:%S%.f%:z", "%Y-%m-%dT%H:%M%:z"]
        .into_iter()
        .find_map(|form| DateTime::parse_from_str(&text, form).ok())
}

/// A time with its zone behind it: `19:14 UTC`, `04:35Z`, `19:14 +02:00`. Names other than UTC mean
/// different zones to different people.
fn zoned(text: &str) -> Option<(&str, FixedOffset)> {
    let at = text.rfind(|c: char| c.is_ascii_digit() || c == 'M' || c == 'm')?;
    let (rest, name) = (text.get(..=at)?, text.get(at + 1..)?.trim());
    if ["UTC", "GMT", "Z"].iter().any(|utc| name.eq_ignore_ascii_case(utc)) {
        return Some((rest, FixedOffset::east_opt(0)?));
    }
    let sign = text.rfind(['+', '-']).filter(|at| text.get(..*at).is_some_and(|t| t.contains(':')))?;
    let (rest, offset) = (text.get(..sign)?, text.get(sign..)?);
    let digits: String = offset.chars().filter(char::is_ascii_digit).collect();
    let (hours, minutes) = match digits.len() {
        2 => (digits.parse::<i32>().ok()?, 0),
        4 => (digits.get(..2)?.parse::<i32>().ok()?, digits.get(2..)?.parse::<i32>().ok()?),
        _ => return None,
    };
    let seconds = hours * 3600 + minutes * 60;
    let seconds = if offset.starts_with('-') { -seconds } else { seconds };
    Some((rest.trim(), FixedOffset::east_opt(seconds)?))
}

/// A time of day: `14:02`, `14:02:30`, `2:54 PM`, `2pm`.
fn clock(text: &str) -> Option<NaiveTime> {
    let upper = text.to_ascii_uppercase();
    let half = [("AM", 0), ("PM", 12)]
        .into_iter()
        .find_map(|(word, add)| Some((upper.strip_suffix(word)?.trim(), add)));
    if let Some((time, add)) = half {
        let time = if time.contains(':') { clock(time)? } else { clock(&format!("{time}:00"))? };
        let hour = chrono::Timelike::hour(&time);
        let hour = if (1..=12).contains(&hour) { hour % 12 + add } else { return None };
        return chrono::Timelike::with_hour(&time, hour);
    }
    let digits = text.split(':').all(|part| part.len() <= 2 && !part.is_empty());
    if !digits {
        return None;
    }
    NaiveTime::parse_from_str(text, "%H:%M").or_else(|_| NaiveTime::parse_from_str(text, "%H:%M:%S")).ok()
}

fn local<Z: TimeZone>(
    text: &str,
    now: &DateTime<Z>,
    naive: NaiveDateTime,
) -> Result<DateTime<FixedOffset>, Failure> {
    match now.timezone().from_local_datetime(&naive) {
        MappedLocalTime::Single(at) => Ok(at.fixed_offset()),
        MappedLocalTime::None => {
            let meant = format!("{}Z", naive.format("%Y-%m-%dT%H:%M"));
            let why = "the clocks went forward then, so that time did not exist";
            Err(bad(text, &format!("{why}; with an offset it is clear: {meant}")))
        }
        MappedLocalTime::Ambiguous(first, second) => {
            let (first, second) = (first.fixed_offset().to_rfc3339(), second.fixed_offset().to_rfc3339());
            let why = "the clocks went back then, so that time happened twice";
            Err(bad(text, &format!("{why}; say which: {first} or {second}")))
        }
    }
}

fn bad(typed: &str, why: &str) -> Failure {
    Failure::usage(format!(
        "invalid time '{}': {why}\nValid times are 14:02, '19:14 UTC', '2:54 PM', -15m, '30 min ago', \
         'yesterday 23:50' or '2026-11-22 14:02'.",
        safe(typed)
    ))
}

/// A length of time as people say it: `15m`, `30 min`, `2 hours and 5 minutes`, `half an hour`.
fn said_duration(text: &str) -> Option<Duration> {
    let plain = text.trim().to_ascii_lowercase();
    match plain.trim_start_matches("about ") {
        "half an hour" | "half hour" => return Some(Duration::minutes(30)),
        "a quarter of an hour" | "quarter of an hour" => return Some(Duration::minutes(15)),
        "an hour and a half" => return Some(Duration::minutes(90)),
        _ => {}
    }
    let mut short = String::new();
    for word in plain.replace(',', " ").split_whitespace().filter(|w| !matches!(*w, "and" | "about")) {
        let digits = word.chars().take_while(char::is_ascii_digit).count();
        let (number, unit) = (word.get(..digits)?, word.get(digits..)?);
        short.push_str(number);
        short.push_str(match unit {
            "a" | "an" | "one" => "1",
            "s" | "sec" | "secs" | "second" | "seconds" => "s",
            "m" | "min" | "mins" | "minute" | "minutes" => "m",
            "h" | "hr" | "hrs" | "hour" | "hours" => "h",
            "d" | "day" | "days" => "d",
            other => other,
        });
    }
    parse_duration(&short)
}

/// Reads a `--since` value: a day (from its beginning, in `now`'s zone), an age like `90d`, or any
/// time that [`parse`] reads.
///
/// # Errors
/// Text that is none of these, or lies in the future.
pub fn since<Z: TimeZone>(typed: &str, now: &DateTime<Z>) -> Result<DateTime<Utc>, Failure> {
    let text = typed.trim();
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().and_then(|day| day.and_hms_opt(0, 0, 0));
    let at = match (day, parse_duration(text)) {
        (Some(day), _) => now.timezone().from_local_datetime(&day).earliest().map(|at| at.to_utc()),
        (_, Some(age)) => now.to_utc().checked_sub_signed(age),
        _ => parse(text, now).ok().map(|at| at.to_utc()),
    };
    at.filter(|at| *at <= now.to_utc()).ok_or_else(|| {
        Failure::usage(format!(
            "not a past day, time or age: '{}' (expected e.g. 2026-01-31 or \
                                90d)",
            safe(typed)
        ))
        .instead(typed, "90d")
    })
}

/// Reads `90s`, `15m`, `2h`, `1h30m`, `1d`. `None` for anything else, and for nothing.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let mut total = Duration::zero();
    let mut digits = String::new();
    let mut units = 0;
    for c in text.chars().filter(|c| *c != ' ') {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        let n: i64 = digits.parse().ok()?;
        digits.clear();
        units += 1;
        let part = match c {
            's' => Duration::try_seconds(n)?,
            'm' => Duration::try_minutes(n)?,
            'h' => Duration::try_hours(n)?,
            'd' => Duration::try_days(n)?,
            _ => return None,
        };
        total = total.checked_add(&part)?;
    }
    (units > 0 && digits.is_empty()).then_some(total)
}

/// The minute of a moment in running text: `14:02 UTC`, `23:27 UTC on 31 January`, with the year when
/// that is another one.
pub fn say_moment(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let form = match (at.date_naive() == now.date_naive(), at.year() == now.year()) {
        (true, _) => "%H:%M UTC",
        (false, true) => "%H:%M UTC on %-d %B",
        (false, false) => "%H:%M UTC on %-d %B %Y",
    };
    at.format(form).to_string()
}

/// A duration in running text: `45 seconds`, `1 hour 20 minutes`, `2 days 4 hours`. As exact as
/// [`say_duration`].
pub fn spell_duration(duration: Duration) -> String {
    let seconds = usize::try_from(duration.num_seconds()).unwrap_or_default();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    let (large, small) = match (days, hours, minutes) {
        (0, 0, 0) => return count(seconds, "second"),
        (0, 0, _) => return count(minutes, "minute"),
        (0 | 1, ..) => (count(hours, "hour"), (minutes % 60, "minute")),
        _ => (count(days, "day"), (hours % 24, "hour")),
    };
    if small.0 == 0 { large } else { format!("{large} {}", count(small.0, small.1)) }
}

/// A duration for people: `45 s`, `12 min`, `24 h 11 min`, `2 d 4 h`. Negative ones count as zero.
pub fn say_duration(duration: Duration) -> String {
    let seconds = duration.num_seconds().max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    if seconds < 60 {
        format!("{seconds} s")
    } else if hours == 0 {
        format!("{minutes} min")
    } else if days < 2 {
        match minutes % 60 {
            0 => format!("{hours} h"),
            m => format!("{hours} h {m:02} min"),
        }
    } else {
        match hours % 24 {
            0 => format!("{days} d"),
            h => format!("{days} d {h} h"),
        }
    }
}

/// The time between two moments as it goes with both, which are told in minutes: 09:01 to 10:06 is an hour and
/// five minutes, whatever the seconds were.
pub fn say_between<Tz: TimeZone>(from: DateTime<Tz>, to: DateTime<Tz>) -> String {
    let took = to.clone() - from.clone();
    if took.num_minutes() == 0 {
        return say_duration(took);
    }
    let minute = |at: DateTime<Tz>| at.timestamp().div_euclid(60);
    say_duration(Duration::minutes(minute(to) - minute(from)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-22T03:10:00Z".parse().unwrap()
    }

    fn at(typed: &str) -> String {
        parse(typed, &now()).unwrap().to_rfc3339()
    }

    #[test]
    fn durations_and_days_in_running_text() {
        let spelled = |seconds| spell_duration(Duration::seconds(seconds));
        assert_eq!([0, 1, 60, 119].map(spelled), ["0 seconds", "1 second", "1 minute", "1 minute"]);
        assert_eq!([3600, 4800, 86_400].map(spelled), ["1 hour", "1 hour 20 minutes", "24 hours"]);
        assert_eq!(spelled(87_060), "24 hours 11 minutes");
        assert_eq!([187_200, -5].map(spelled), ["2 days 4 hours", "0 seconds"]);
        let said = |at: &str| say_moment(at.parse().unwrap(), now());
        assert_eq!(said("2026-11-22T23:05:00Z"), "23:05 UTC");
        assert_eq!(said("2026-11-21T23:05:00Z"), "23:05 UTC on 21 November");
        assert_eq!(said("2025-11-22T23:05:00Z"), "23:05 UTC on 22 November 2025");
    }

    #[test]
    fn the_forms_people_type() {
        assert_eq!(at("02:31"), "2026-11-22T02:31:00+00:00");
        assert_eq!(at("14:02"), "2026-11-21T14:02:00+00:00", "the most recent such time");
        assert_eq!(at("2026-11-22 02:00"), "2026-11-22T02:00:00+00:00");
        assert_eq!(at("2026-11-22T02:00+01:00"), "2026-11-22T02:00:00+01:00");
        assert_eq!(at("2026-11-22T02:00:05Z"), "2026-11-22T02:00:05+00:00");
        assert_eq!(at("-15m"), "2026-11-22T02:55:00+00:00");
        assert_eq!(at("15m ago"), "2026-11-22T02:55:00+00:00");
        assert_eq!(at("yesterday 23:50"), "2026-11-21T23:50:00+00:00");
        assert_eq!(at("03:10"), "2026-11-22T03:10:00+00:00");
        for half_an_hour in
            ["30 min ago", "half an hour ago", "30 minutes ago", "about 30 min ago", "-30 min"]
        {
            assert_eq!(at(half_an_hour), "2026-11-22T02:40:00+00:00", "{half_an_hour}");
        }
        assert_eq!(at("1 hour and 5 minutes ago"), "2026-11-22T02:05:00+00:00");
        assert_eq!(at("an hour ago"), "2026-11-22T02:10:00+00:00");
        assert_eq!(at("2h 5m ago"), "2026-11-22T01:05:00+00:00");
        assert_eq!(at("2 days ago"), "2026-11-20T03:10:00+00:00");
    }

    #[test]
    fn times_with_their_zone_and_the_twelve_hour_clock() {
        let berlin = now().with_timezone(&FixedOffset::east_opt(3600).unwrap());
        let at = |typed: &str| parse(typed, &berlin).unwrap().to_utc().to_rfc3339();
        assert_eq!(at("19:14 UTC"), "2026-11-21T19:14:00+00:00", "the most recent one");
        assert_eq!(at("02:35Z"), "2026-11-22T02:35:00+00:00");
        assert_eq!(at("02:35 z"), "2026-11-22T02:35:00+00:00");
        assert_eq!(at("03:35+01:00"), "2026-11-22T02:35:00+00:00");
        assert_eq!(at("21:35 -0500"), "2026-11-22T02:35:00+00:00");
        assert_eq!(at("yesterday 19:14 UTC"), "2026-11-21T19:14:00+00:00");
        assert_eq!(at("2026-11-20 19:14 UTC"), "2026-11-20T19:14:00+00:00");
        assert_eq!(at("2:54 PM"), "2026-11-21T13:54:00+00:00");
        assert_eq!(at("2:54pm UTC"), "2026-11-21T14:54:00+00:00");
        assert_eq!(at("12:05 AM"), "2026-11-21T23:05:00+00:00");
        assert_eq!(at("yesterday 2pm"), "2026-11-21T13:00:00+00:00");
        for wrong in ["19:14 CET", "13:00 PM", "0:30 pm", "PM", "UTC", "ago", "min ago", "half ago", "14 02"]
        {
            assert!(parse(wrong, &berlin).is_err(), "{wrong}");
        }
    }

    #[test]
    fn since_when() {
        let since = |typed: &str| since(typed, &now()).map(|at| at.to_rfc3339()).ok();
        assert_eq!(since("2026-01-31").as_deref(), Some("2026-01-31T00:00:00+00:00"));
        assert_eq!(since("10d").as_deref(), Some("2026-11-12T03:10:00+00:00"));
        assert_eq!(since("2026-11-22 02:00").as_deref(), Some("2026-11-22T02:00:00+00:00"));
        for bad in ["", "soon", "2027-01-01", "2026-02-30", "1", "-"] {
            assert_eq!(since(bad), None, "{bad}");
        }
    }

    #[test]
    fn refuses_typos_and_the_future() {
        for typo in [
            "22025-03-18 10:00",
            "1026-11-22 10:00",
            "2026-11-22 03:20",
            "2026-11-22T04:00Z",
            "25:00",
            "14:60",
            "soon",
            "",
            "-",
            "-15",
            "2026-11-22",
            "2026-11-22T02:00+25:00",
            "2026-11-22T02:00:00+15:00",
            "2026-02-30 10:00",
            "-999999999999999d",
        ] {
            assert!(parse(typo, &now()).is_err(), "{typo}");
        }
        assert!(parse("2026-11-22T03:14Z", &now()).is_ok(), "within five minutes");
    }

    #[test]
    fn daylight_saving_gaps_and_folds_are_questions_not_guesses() {
        use std::str::FromStr;
        // A zone with one gap and one fold, without depending on the machine's zone data.
        #[derive(Clone)]
        struct Berlin;
        impl TimeZone for Berlin {
            type Offset = FixedOffset;
            fn from_offset(_: &FixedOffset) -> Self {
                Self
            }
            fn offset_from_local_date(&self, _: &NaiveDate) -> MappedLocalTime<FixedOffset> {
                MappedLocalTime::Single(FixedOffset::east_opt(3600).unwrap())
            }
            fn offset_from_local_datetime(&self, local: &NaiveDateTime) -> MappedLocalTime<FixedOffset> {
                let gap = NaiveDateTime::from_str("2026-03-29T02:30:00").unwrap();
                let fold = NaiveDateTime::from_str("2026-10-25T02:30:00").unwrap();
                let (one, two) = (FixedOffset::east_opt(3600).unwrap(), FixedOffset::east_opt(7200).unwrap());
                if *local == gap {
                    MappedLocalTime::None
                } else if *local == fold {
                    MappedLocalTime::Ambiguous(two, one)
                } else {
                    MappedLocalTime::Single(one)
                }
            }
            fn offset_from_utc_date(&self, _: &NaiveDate) -> FixedOffset {
                FixedOffset::east_opt(3600).unwrap()
            }
            fn offset_from_utc_datetime(&self, _: &NaiveDateTime) -> FixedOffset {
                FixedOffset::east_opt(3600).unwrap()
            }
        }
        let now = now().with_timezone(&Berlin);
        let gap = parse("2026-03-29 02:30", &now).unwrap_err();
        assert!(gap.message.contains("did not exist"), "{gap}");
        let fold = parse("2026-10-25 02:30", &now).unwrap_err();
        assert!(fold.message.contains("+02:00") && fold.message.contains("+01:00"), "{fold}");
        assert!(parse("2026-10-25T02:30+02:00", &now).is_ok());
    }

    #[test]
    fn durations() {
        assert_eq!(parse_duration("1h30m"), Some(Duration::minutes(90)));
        assert_eq!(parse_duration("10"), None);
        assert_eq!(parse_duration("10x"), None);
        assert_eq!(say_duration(Duration::seconds(42)), "42 s");
        assert_eq!(say_duration(Duration::minutes(42)), "42 min");
        assert_eq!(say_duration(Duration::minutes(125)), "2 h 05 min");
        assert_eq!(say_duration(Duration::hours(50)), "2 d 2 h");
    }
}
