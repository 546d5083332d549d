//! A time axis: seconds to places on a line, with ticks at round times and long silences cut short.

use crate::model::time::say_duration;
use chrono::{DateTime, Duration, Utc};

/// How wide a silence is that was cut short.
const GAP: f64 = 76.0;
/// What every stretch gets at least.
const LEAST: f64 = 30.0;
/// The least distance of two ticks.
const APART: f64 = 84.0;
/// At most this many silences are cut short,
const GAPS: usize = 3;
/// none shorter than this many seconds.
const SILENCE: i64 = 2 * 3600;

/// A stretch of time and where it is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Piece {
    /// Seconds since 1970.
    pub from: i64,
    pub to: i64,
    pub left: f64,
    pub right: f64,
    /// Nothing happened in it: it is not to scale.
    pub gap: bool,
}

impl Piece {
    /// How long it is, in words.
    pub fn length(&self) -> String {
        Duration::try_seconds(self.to - self.from).map(say_duration).unwrap_or_default()
    }

    fn at(&self, time: i64) -> f64 {
        let span = (self.to - self.from) as f64;
        if span <= 0.0 {
            return f64::midpoint(self.left, self.right);
        }
        self.left + (self.right - self.left) * ((time - self.from) as f64 / span).clamp(0.0, 1.0)
    }
}

/// A mark on the axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    pub x: f64,
    /// Whether its text begins there, because something else stands in front of it.
    pub begins: bool,
    /// `14:00`, in UTC.
    pub time: String,
    /// `22 Nov 2026`, on the first tick of a day.
    pub day: Option<String>,
}

/// Where each second is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    pub pieces: Vec<Piece>,
}

impl Scale {
    /// Fits these times between two places. `None` without a time.
    pub fn over(times: &[i64], left: f64, right: f64) -> Option<Self> {
        let mut times = times.to_vec();
        times.sort_unstable();
        times.dedup();
        let (first, last) = (*times.first()?, *times.last()?);
        if first == last {
            let (from, to) = (first.saturating_sub(300), last.saturating_add(300));
            return Some(Self { pieces: vec![Piece { from, to, left, right, gap: false }] });
        }
        let gaps = silences(&times);
        let mut stretches: Vec<(i64, i64, bool)> = Vec::new();
        let mut from = first;
        for (start, end) in gaps {
            stretches.push((from, start, false));
            stretches.push((start, end, true));
            from = end;
        }
        stretches.push((from, last, false));
        let cut = stretches.iter().filter(|s| s.2).count() as f64;
        let told: Vec<i64> = stretches.iter().filter(|s| !s.2).map(|s| s.1 - s.0).collect();
        let total = told.iter().sum::<i64>() as f64;
        let free = (right - left) - cut * GAP - told.len() as f64 * LEAST;
        let mut x = left;
        let pieces = stretches
            .into_iter()
            .map(|(from, to, gap)| {
                let share = if total > 0.0 { (to - from) as f64 / total } else { 1.0 / told.len() as f64 };
                let width = if gap { GAP } else { LEAST + free * share };
                let piece = Piece { from, to, left: x, right: x + width, gap };
                x += width;
                piece
            })
            .collect();
        Some(Self { pieces })
    }

    /// Where a time is drawn; one outside is drawn at the nearer end.
    pub fn x(&self, time: i64) -> f64 {
        let piece = self.pieces.iter().find(|p| time <= p.to).or(self.pieces.last());
        piece.map_or(0.0, |piece| piece.at(time))
    }

    /// Round times, far enough from each other to be read.
    pub fn ticks(&self) -> Vec<Tick> {
        let mut ticks: Vec<Tick> = Vec::new();
        let mut day = None;
        let first = self.pieces.first().map_or(0.0, |p| p.left);
        for piece in self.pieces.iter().filter(|p| !p.gap) {
            for time in round_times(piece) {
                let x = piece.at(time);
                let Some(at) = DateTime::<Utc>::from_timestamp(time, 0) else { continue };
                if ticks.last().is_some_and(|last| x - last.x < APART / 2.0) {
                    continue;
                }
                let seconds = time % 60 != 0 && piece.to - piece.from < 600;
                let today = Some(at.date_naive());
                ticks.push(Tick {
                    x,
                    begins: piece.left > first && x - piece.left < APART / 3.0,
                    time: at.format(if seconds { "%H:%M:%S" } else { "%H:%M" }).to_string(),
                    day: (day != today).then(|| at.format("%-d %b %Y").to_string()),
                });
                day = today;
            }
        }
        ticks
    }
}

/// The silences that are so long that everything else would be drawn on top of each other.
fn silences(times: &[i64]) -> Vec<(i64, i64)> {
    let mut pairs: Vec<(i64, i64)> = times.iter().zip(times.iter().skip(1)).map(|(a, b)| (*a, *b)).collect();
    pairs.sort_by_key(|(a, b)| (std::cmp::Reverse(b - a), *a));
    let mut left: i64 = pairs.iter().map(|(a, b)| b - a).sum();
    let mut found = Vec::new();
    for (a, b) in pairs.into_iter().take(GAPS) {
        let length = b - a;
        if length < SILENCE || length.saturating_mul(10) < left.saturating_mul(6) {
            break;
        }
        found.push((a, b));
        left -= length;
    }
    found.sort_unstable();
    found
}

fn round_times(piece: &Piece) -> Vec<i64> {
    const STEPS: [i64; 20] = [
        1, 5, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800,
        604_800, 2_592_000, 31_536_000,
    ];
    let span = piece.to - piece.from;
    if span <= 0 {
        return vec![piece.from];
    }
    let per_second = (piece.right - piece.left) / span as f64;
    let step = STEPS.into_iter().find(|s| *s as f64 * per_second >= APART).unwrap_or(span);
    let mut time = piece.from.div_euclid(step) * step;
    let mut found = Vec::new();
    while time <= piece.to {
        if time >= piece.from {
            found.push(time);
        }
        time += step;
    }
    if found.is_empty() { vec![piece.from] } else { found }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_drawn_to_scale() {
        let scale = Scale::over(&[0, 3600], 0.0, 960.0).unwrap();
        assert_eq!((scale.x(0), scale.x(1800), scale.x(3600), scale.x(9999)), (0.0, 480.0, 960.0, 960.0));
        let ticks: Vec<String> = scale.ticks().into_iter().map(|t| t.time).collect();
        assert_eq!(ticks, ["00:00", "00:10", "00:20", "00:30", "00:40", "00:50", "01:00"]);
        assert_eq!(scale.ticks()[0].day.as_deref(), Some("1 Jan 1970"));
    }

    #[test]
    fn a_night_of_silence_leaves_room_for_the_rest() {
        let scale = Scale::over(&[0, 600, 1200, 50_000, 50_600], 0.0, 960.0).unwrap();
        assert_eq!(scale.pieces.iter().map(|p| p.gap).collect::<Vec<_>>(), [false, true, false]);
        assert!(scale.x(600) > 200.0, "{scale:?}");
        assert!(scale.pieces[1].length().contains("13 h"));
        assert!((scale.pieces[2].right - 960.0).abs() < 0.01);
    }

    #[test]
    fn strange_times_have_a_place() {
        assert_eq!(Scale::over(&[], 0.0, 960.0), None);
        assert_eq!(Scale::over(&[77], 0.0, 960.0).unwrap().x(77), 480.0);
        let two = Scale::over(&[0, 1_000_000], 0.0, 960.0).unwrap();
        assert!(two.x(0) < two.x(1_000_000));
        let ages = [-62_000_000_000, 0, 200_000_000_000];
        let scale = Scale::over(&ages, 0.0, 960.0).unwrap();
        assert!(scale.ticks().len() < 20);
        assert!(ages.iter().all(|t| (0.0..=960.0).contains(&scale.x(*t))));
    }
}
