//! Where a picture was taken, and whether a text tells it: by two numbers near each other that lie within about a
//! kilometre of the place, in degrees with a fraction, with minutes, or with minutes and seconds, in whichever order.
//!
//! Not told: a place by its name or address, and numbers of other grids (UTM, plus codes, geohashes).

use std::collections::HashSet;

use exif::Exif;
use exif::In;
use exif::Tag;
use exif::Value;

use super::readings::Readings;

/// How far apart, in bytes, the two numbers of a place may stand, and how many other numbers may stand between them.
const APART: usize = 60;
const BETWEEN: usize = 2;

/// The side of a cell in degrees: some 550 metres from south to north. A place is told by its cell or one beside it.
const CELL: f64 = 0.005;

/// Figures behind the point from which on a number of degrees says where something is.
const FIGURES: usize = 2;

/// A place on the earth, in degrees; south and west are below zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    latitude: f64,
    longitude: f64,
}

impl Place {
    /// A place, or nothing where there is none of these numbers. Cameras without a position write zeros.
    fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let is_one = latitude.abs() <= 90.0
            && longitude.abs() <= 180.0
            && (latitude.abs() > CELL || longitude.abs() > CELL);
        is_one.then_some(Self {
            latitude,
            longitude,
        })
    }

    /// Where a picture was taken, by its Exif (2.32, 4.6.6).
    pub(super) fn of_exif(exif: &Exif) -> Option<Self> {
        let degrees = |tag: Tag, side: Tag| -> Option<f64> {
            let Value::Rational(parts) = &exif.get_field(tag, In::PRIMARY)?.value else {
                return None;
            };
            let parts: Vec<f64> = parts.iter().take(3).map(exif::Rational::to_f64).collect();
            let (first, rest) = parts.split_first()?;
            let minutes = rest.first().copied().unwrap_or(0.0);
            let seconds = rest.get(1).copied().unwrap_or(0.0);
            let degrees = first + minutes / 60.0 + seconds / 3600.0;
            let side = exif.get_field(side, In::PRIMARY).map(|field| &field.value);
            let is_below = matches!(side, Some(Value::Ascii(letters))
                if letters.first().is_some_and(|it| it.starts_with(b"S") || it.starts_with(b"W")));
            Some(if is_below { -degrees } else { degrees })
        };
        Self::new(
            degrees(Tag::GPSLatitude, Tag::GPSLatitudeRef)?,
            degrees(Tag::GPSLongitude, Tag::GPSLongitudeRef)?,
        )
    }

    /// A place as XMP spells it (Exif in XMP, `GPSCoordinate`): `59,54.834N` or `59,54,50N`.
    pub(super) fn of_xmp(latitude: &str, longitude: &str) -> Option<Self> {
        let degrees = |written: &str| -> Option<f64> {
            let written = written.trim();
            let (numbers, side) = written.split_at_checked(written.len().checked_sub(1)?)?;
            let mut parts = numbers.splitn(3, ',').map(|part| part.parse::<f64>().ok());
            let first = parts.next()??;
            let minutes = parts.next().unwrap_or(Some(0.0))?;
            let seconds = parts.next().unwrap_or(Some(0.0))?;
            let degrees = first + minutes / 60.0 + seconds / 3600.0;
            match side {
                "N" | "E" => Some(degrees),
                "S" | "W" => Some(-degrees),
                _ => None,
            }
        };
        Self::new(degrees(latitude)?, degrees(longitude)?)
    }

    /// How it is shown and let through.
    pub(super) fn words(self) -> String {
        let side = |degrees: f64, sides: [char; 2]| {
            let side = sides[usize::from(degrees.is_sign_negative())];
            format!("{:.5} {side}", degrees.abs())
        };
        let latitude = side(self.latitude, ['N', 'S']);
        format!("{latitude}, {}", side(self.longitude, ['E', 'W']))
    }
}

/// The places that a text tells, by the cells that they lie in, whichever side of the equator or of Greenwich.
#[derive(Default)]
pub(super) struct Told(HashSet<(i32, i32)>);

impl Told {
    /// Looks through a text in each of its forms.
    pub(super) fn by(readings: &Readings) -> Self {
        let mut told = Self::default();
        for text in readings.forms() {
            told.look(text);
        }
        told
    }

    fn look(&mut self, text: &str) {
        let numbers = numbers(text);
        for (at, first) in numbers.iter().enumerate() {
            let near = numbers.iter().skip(at + 1).take(1 + BETWEEN);
            for second in near.take_while(|it| it.from <= first.to + APART) {
                if first.says_where && second.says_where {
                    self.0.insert((cell(first.degrees), cell(second.degrees)));
                }
            }
        }
    }

    /// Whether it tells this one.
    pub(super) fn tells(&self, place: Place) -> bool {
        let (latitude, longitude) = (cell(place.latitude), cell(place.longitude));
        let around = |at: i32| [at - 1, at, at + 1];
        around(latitude).into_iter().any(|latitude| {
            let cells = around(longitude);
            let mut cells = cells.into_iter();
            cells.any(|it| self.0.contains(&(latitude, it)) || self.0.contains(&(it, latitude)))
        })
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a number of degrees is at most 360"
)]
fn cell(degrees: f64) -> i32 {
    (degrees.abs() / CELL).floor() as i32
}

/// A number of degrees in a text.
struct Number {
    from: usize,
    to: usize,
    degrees: f64,
    /// Whether it is written finely enough.
    says_where: bool,
}

/// The numbers of a text that can be degrees, with the minutes and seconds that stand behind them.
fn numbers(text: &str) -> Vec<Number> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(behind) = text.get(at..) {
        let Some(next) = behind.find(|letter: char| letter.is_ascii_digit()) else {
            break;
        };
        let from = at + next;
        let (degrees, figures, mut to) = number(text, from);
        at = to;
        let Some(mut degrees) = degrees.filter(|it| *it <= 180.0) else {
            continue;
        };
        let mut says_where = figures >= FIGURES;
        if let Some((minutes, behind)) = part(text, to, &["\u{b0}", "\u{ba}", "deg"]) {
            degrees += minutes / 60.0;
            (to, says_where) = (behind, true);
            if let Some((seconds, behind)) = part(text, to, &["'", "\u{2032}", "min"]) {
                degrees += seconds / 3600.0;
                to = behind;
            }
            at = to;
        }
        found.push(Number {
            from,
            to,
            degrees,
            says_where,
        });
    }
    found
}

/// The number below 60 that stands behind one of these signs.
fn part(text: &str, at: usize, signs: &[&str]) -> Option<(f64, usize)> {
    let rest = text.get(at..)?.trim_start();
    let rest = signs.iter().find_map(|sign| rest.strip_prefix(sign))?;
    let rest = rest.trim_start();
    let from = text.len() - rest.len();
    let (value, _, to) = number(text, from);
    Some((value.filter(|it| *it < 60.0)?, to))
}

/// The number that begins there, how many figures it has behind its point or comma, and where it ends. A long row of
/// figures is none.
fn number(text: &str, from: usize) -> (Option<f64>, usize, usize) {
    let figures = |at: usize| {
        let rest = text.as_bytes().get(at..).unwrap_or_default();
        rest.iter().take_while(|it| it.is_ascii_digit()).count()
    };
    let whole = figures(from);
    let mut to = from + whole;
    let mut behind = 0;
    if matches!(text.as_bytes().get(to), Some(b'.' | b',')) {
        behind = figures(to + 1);
        to += if behind > 0 { 1 + behind } else { 0 };
    }
    let written = text.get(from..to).filter(|it| (1..=24).contains(&it.len()));
    let value = written.and_then(|it| it.replace(',', ".").parse().ok());
    (value.filter(|_| (1..=3).contains(&whole)), behind, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OSLO: Place = Place {
        latitude: 59.9139,
        longitude: 10.7522,
    };

    fn tells(text: &str) -> bool {
        Told::by(&Readings::new(text)).tells(OSLO)
    }

    #[test]
    fn a_place_is_told_however_its_numbers_are_written() {
        // 59.9139 N, 10.7522 E: 59 degrees, 54.834 minutes, or 54 minutes and 50.04 seconds.
        for text in [
            "taken at 59.9139, 10.7522.",
            "59.91,10.75",
            "59,9139; 10,7522",
            "[10.752199,59.913899]",
            "https://maps.example/@59.9139,10.7522,15z?x=1",
            "geo:59.9139,10.7522;u=35",
            "q=59.9139%2C10.7522",
            "!3d59.9139!4d10.7522",
            "lat: 59.9139 (WGS 84) lon: 10.7522",
            "{\"lat\":59.9139,\"lon\":10.7522}",
            "59\u{b0}54'50.04\"N 10\u{b0}45'7.92\"E",
            "59\u{b0} 54\u{2032} 50\u{2033} N, 10\u{b0} 45\u{2032} 8\u{2033} E",
            "N 59\u{b0}54.834' E 10\u{b0}45.132'",
            "59 deg 54' 50.04\" N, 10 deg 45' 7.92\" E",
            "59 deg 54 min 50.04 sec N 10 deg 45 min 7.92 sec E",
            "<td>59.9139</td><td>10.7522</td>",
            "59&#176;54&#39;50&quot; 10&#176;45&#39;8&quot;",
        ] {
            assert!(tells(text), "{text}");
        }
        for text in [
            "59.9139",
            "59.9139, 11.7522",
            "58.9139, 10.7522",
            "59.9339, 10.7522",
            "59.9139, 10.7822",
            "59, 10",
            "59.9 and 10.7",
            "159.9139, 10.7522",
            "59.9139 and, after much that has nothing to do with it and goes on for long, 10.7522",
            "\u{20ac}59.91 for 3 of 4 at 5, 10.75",
            "0, 0",
            "",
        ] {
            assert!(!tells(text), "{text}");
        }
        // A text of nothing but numbers.
        assert!(!tells(&"9".repeat(100_000)));
        assert!(!tells(&"1.23 ".repeat(100_000)));
    }

    #[test]
    fn the_place_in_a_description_is_read_on_each_side() {
        let place = |one, other| Place::of_xmp(one, other).map(Place::words);
        let oslo = Some("59.91390 N, 10.75220 E".to_owned());
        assert_eq!(place("59,54.834N", "10,45.132E"), oslo);
        assert_eq!(place("59,54,50.04N", "10,45,7.92E"), oslo);
        let south = Some("33.50000 S, 70.50000 W".to_owned());
        assert_eq!(place("33,30.0S", "70,30.0W"), south);
        for (one, other) in [
            ("", ""),
            ("N", "E"),
            ("59,54.834", "10,45.132E"),
            ("x,1N", "10,45E"),
            ("99,0N", "10,0E"),
            ("0,0N", "0,0E"),
            ("inf,0N", "nan,0E"),
            ("59,54.834\u{4e00}", "10,45.132E"),
        ] {
            assert_eq!(place(one, other), None, "{one} {other}");
        }
    }
}
