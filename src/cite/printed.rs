//! Citations of posts that a draft prints with their time, `@harbor 7/11/23 (9:29 a.m.)`, held against the posts held.
//!
//! A printed time says no zone, or the house's. It is read in the archive's zone, which is named, and agrees with a post of
//! that account in that minute. Where none is held, that says nothing of the post: it may not be in the archive. Only where
//! the same minute of another zone's clock has a post is the time said to differ.

use chrono::Days;
use chrono::NaiveDate;
use chrono::NaiveDateTime;
use chrono::TimeDelta;

use crate::cite::CiteError;
use crate::cite::Dated;
use crate::cite::Paragraph;
use crate::cite::Post;
use crate::cite::Sources;
use crate::record::Moment;
use crate::record::Zone;

use super::words::is_near;

/// Characters between the `@` and the date, at most.
const HANDLE: usize = 30;
/// Citations of one draft, at most.
const MOST: usize = 1_000;
/// How far around the printed time posts are looked at, in hours.
const AROUND: i64 = 36;
/// How far the clocks of two zones may be apart for a time to be said to be another zone's, in hours. Farther than a
/// country is wide, any busy account has a post at any minute.
const ZONES: i64 = 5;

const HOUR: i64 = 3_600_000;
const MINUTE: i64 = 60_000;

/// A citation as printed.
struct Printed {
    text: String,
    account: String,
    /// The days that the figures can mean, the month first and the day first.
    days: Vec<NaiveDate>,
    /// The minute of the day; nothing where a day alone is printed.
    minute: Option<i64>,
}

/// Holds every citation that the paragraphs print against the posts held.
pub(super) fn held_against(
    sources: &dyn Sources,
    paragraphs: &[Paragraph],
    zone: Zone,
) -> Result<Vec<Dated>, CiteError> {
    let mut dated = Vec::new();
    for paragraph in paragraphs {
        for printed in printed(&paragraph.text) {
            if dated.len() >= MOST {
                return Ok(dated);
            }
            dated.push(compared(sources, printed, paragraph.number, zone)?);
        }
    }
    Ok(dated)
}

fn compared(
    sources: &dyn Sources,
    printed: Printed,
    paragraph: usize,
    zone: Zone,
) -> Result<Dated, CiteError> {
    let mut dated = Dated {
        text: printed.text,
        paragraph,
        outcome: "cannot-tell",
        said: String::new(),
        item: None,
    };
    let mut nearest: Option<(i64, Post)> = None;
    for day in &printed.days {
        let Some((from, to)) = bounds(*day, printed.minute, zone) else {
            continue;
        };
        let around = |at: Moment, hours: i64| Moment::from_millis(at.millis() + hours * HOUR);
        let (Some(first), Some(last)) = (around(from, -AROUND), around(to, AROUND)) else {
            continue;
        };
        let posts = own(sources.posts(first, last)?, &printed.account);
        let meant = printed_as(*day, printed.minute, zone, from);
        for post in posts {
            let (Some(earliest), Some(latest)) = (post.at.earliest, post.at.latest) else {
                continue;
            };
            if from <= earliest && latest <= to {
                dated.outcome = "agrees";
                dated.said = format!("{} was made then: {meant}", named(&post, &printed.account));
                dated.item = Some(post.item);
                return Ok(dated);
            }
            let apart = earliest.millis() - from.millis();
            if nearest.as_ref().is_none_or(|it| apart.abs() < it.0.abs()) {
                nearest = Some((apart, post.clone()));
            }
            let shifted = apart - apart.rem_euclid(HOUR);
            let same_minute = printed.minute.is_some() && apart.rem_euclid(HOUR) < MINUTE;
            if same_minute && shifted.abs() <= ZONES * HOUR && dated.outcome != "differs" {
                dated.outcome = "differs";
                dated.said = format!(
                    "no post by {} is held that was made {meant}; {} was made at {}, {} {}: the printed time is that of a clock which is {} {}",
                    printed.account,
                    named(&post, &printed.account),
                    clock(earliest, zone),
                    hours(shifted.abs()),
                    if shifted > 0 { "later" } else { "earlier" },
                    hours(shifted.abs()),
                    if shifted > 0 { "behind" } else { "ahead" },
                );
                dated.item = Some(post.item);
            }
        }
    }
    if dated.outcome == "differs" {
        return Ok(dated);
    }
    let meant: Vec<String> = printed
        .days
        .iter()
        .filter_map(|day| {
            let (from, _) = bounds(*day, printed.minute, zone)?;
            Some(printed_as(*day, printed.minute, zone, from))
        })
        .collect();
    let none = format!(
        "no post by {} is held that was made {}",
        printed.account,
        meant.join(" or ")
    );
    dated.said = match nearest {
        Some((_, post)) => {
            let at = post.at.earliest.map(|at| clock(at, zone));
            format!(
                "{none}; the nearest that is held is {} of {}. The archive may not hold it, or the time is another",
                named(&post, &printed.account),
                at.unwrap_or_default()
            )
        }
        None => format!("{none}, nor any within {AROUND} hours of it: its source is not held"),
    };
    Ok(dated)
}

/// The first and the last moment of what is printed.
fn bounds(day: NaiveDate, minute: Option<i64>, zone: Zone) -> Option<(Moment, Moment)> {
    let midnight = day.and_hms_opt(0, 0, 0)?;
    let (start, end): (NaiveDateTime, NaiveDateTime) = match minute {
        Some(minute) => {
            let start = midnight.checked_add_signed(TimeDelta::minutes(minute))?;
            (start, start.checked_add_signed(TimeDelta::minutes(1))?)
        }
        None => (midnight, midnight.checked_add_days(Days::new(1))?),
    };
    let last = Moment::from_millis(zone.last(end)?.millis() - 1)?;
    Some((zone.first(start)?, last))
}

/// The posts of the account that is printed. A name that was printed or recognised with a wrong letter is known all the
/// same where no other is nearer.
fn own(posts: Vec<Post>, account: &str) -> Vec<Post> {
    let bare = |name: &str| -> String {
        let letters = name.chars().filter(|it| it.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    let printed = bare(account);
    // 'Nora Halloran (@harbor)': the account of an export with its name before it.
    let handle = |from: &str| -> String {
        let behind = from.rsplit_once("(@").map(|(_, handle)| handle);
        bare(behind.unwrap_or(from))
    };
    let (same, others): (Vec<Post>, Vec<Post>) = posts
        .into_iter()
        .partition(|post| post.from.iter().any(|from| handle(from) == printed));
    if !same.is_empty() {
        return same;
    }
    let near = |post: &Post| {
        post.from
            .iter()
            .any(|from| is_near(&handle(from), &printed))
    };
    others.into_iter().filter(near).collect()
}

/// A post, with its account where that is printed otherwise.
fn named(post: &Post, printed: &str) -> String {
    let from = post.from.first().map_or("", String::as_str);
    if from.trim_start_matches('@') == printed.trim_start_matches('@') {
        post.item.clone()
    } else {
        format!("{} (by {from})", post.item)
    }
}

fn printed_as(day: NaiveDate, minute: Option<i64>, zone: Zone, from: Moment) -> String {
    let letters = zone.local(from).1;
    let day = day.format("%-d %b %Y");
    match minute {
        Some(minute) => {
            let (hour, rest) = (minute / 60, minute % 60);
            format!("at {} on {day} ({letters}, {zone})", twelve(hour, rest))
        }
        None => format!("on {day} ({zone})"),
    }
}

fn clock(at: Moment, zone: Zone) -> String {
    use chrono::Timelike as _;
    let (local, letters) = zone.local(at);
    format!(
        "{} on {} ({letters})",
        twelve(i64::from(local.hour()), i64::from(local.minute())),
        local.format("%-d %b %Y")
    )
}

fn twelve(hour: i64, minute: i64) -> String {
    let half = if hour < 12 { "a.m." } else { "p.m." };
    let shown = if hour % 12 == 0 { 12 } else { hour % 12 };
    format!("{shown}:{minute:02} {half}")
}

fn hours(millis: i64) -> String {
    match millis / HOUR {
        1 => "1 hour".to_owned(),
        many => format!("{many} hours"),
    }
}

/// The citations that a text prints.
fn printed(text: &str) -> Vec<Printed> {
    let letters: Vec<char> = text.chars().collect();
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(found) = letters
        .get(at..)
        .and_then(|rest| rest.iter().position(|it| *it == '@'))
    {
        let begin = at + found;
        at = begin + 1;
        for end in begin + 2..letters.len().min(begin + HANDLE + 2) {
            let before = letters.get(end - 1).copied().unwrap_or(' ');
            let here = letters.get(end).copied().unwrap_or(' ');
            if matches!(before, '@' | '.' | ';' | ':' | '(' | ')' | '"' | '“' | '”') {
                break;
            }
            if !here.is_ascii_digit() || !(before.is_whitespace() || before == ',') {
                continue;
            }
            let mut reader = Reader {
                letters: &letters,
                at: end,
            };
            let Some(days) = reader.date() else { continue };
            let name = letters.get(begin + 1..end).unwrap_or_default();
            let name: String = name
                .iter()
                .filter(|it| !it.is_whitespace() && **it != ',')
                .collect();
            if !name.chars().any(char::is_alphabetic) {
                break;
            }
            let minute = reader.time();
            let past = reader.at;
            all.push(Printed {
                text: letters
                    .get(begin..past)
                    .unwrap_or_default()
                    .iter()
                    .collect(),
                account: format!("@{name}"),
                days,
                minute,
            });
            at = past;
            break;
        }
    }
    all
}

/// Reads figures of a date and a time, between which recognised print may have spaces.
struct Reader<'a> {
    letters: &'a [char],
    at: usize,
}

impl Reader<'_> {
    fn spaces(&mut self) {
        while self
            .letters
            .get(self.at)
            .is_some_and(|it| it.is_whitespace())
        {
            self.at += 1;
        }
    }

    fn eat(&mut self, wanted: char) -> bool {
        let here = self.letters.get(self.at).map(char::to_ascii_lowercase);
        let found = here == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn number(&mut self, most: usize) -> Option<i64> {
        let rest = self.letters.get(self.at..)?;
        let digits: String = rest
            .iter()
            .take_while(|it| it.is_ascii_digit())
            .take(most + 1)
            .collect();
        if digits.len() > most {
            return None;
        }
        self.at += digits.len();
        digits.parse().ok()
    }

    /// `9/19/17`, `9/19/2017`: the days that it can be, the month first and the day first.
    fn date(&mut self) -> Option<Vec<NaiveDate>> {
        let slash = |reader: &mut Self, most: usize| {
            let number = reader.number(most)?;
            reader.spaces();
            let past = reader.eat('/');
            reader.spaces();
            past.then_some(number)
        };
        let (one, other) = (slash(self, 2)?, slash(self, 2)?);
        let year = match self.number(4)? {
            year @ 0..100 => 2000 + year,
            year => year,
        };
        let day = |month: i64, day: i64| {
            NaiveDate::from_ymd_opt(
                i32::try_from(year).ok()?,
                u32::try_from(month).ok()?,
                u32::try_from(day).ok()?,
            )
        };
        let mut days: Vec<NaiveDate> = [day(one, other), day(other, one)]
            .into_iter()
            .flatten()
            .collect();
        days.dedup();
        (!days.is_empty()).then_some(days)
    }

    /// `(7:33 p.m.)`, `7:33 PM`: the minute of the day. Nothing is passed where none stands there.
    fn time(&mut self) -> Option<i64> {
        let begin = self.at;
        let minute = self.clock();
        if minute.is_none() {
            self.at = begin;
        }
        minute
    }

    fn clock(&mut self) -> Option<i64> {
        self.spaces();
        self.eat(',');
        self.spaces();
        let bracket = self.eat('(');
        self.spaces();
        let hour = self.number(2)?;
        self.spaces();
        if !self.eat(':') {
            return None;
        }
        self.spaces();
        let minute = self.number(2)?;
        self.spaces();
        let half = if self.eat('a') {
            Some(0)
        } else if self.eat('p') {
            Some(12)
        } else {
            None
        };
        if half.is_some() {
            self.eat('.');
            self.spaces();
            if !self.eat('m') {
                return None;
            }
            self.eat('.');
        }
        self.spaces();
        if bracket {
            self.eat(')');
        }
        let hour = match half {
            Some(half) if (1..=12).contains(&hour) => hour % 12 + half,
            None if (0..24).contains(&hour) => hour,
            _ => return None,
        };
        (0..60).contains(&minute).then_some(hour * 60 + minute)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Instant;

    #[test]
    fn citations_are_read_as_they_are_printed_and_as_recognition_leaves_them() {
        let text = "See @harbor 7/11/23 (9:29 a.m.) Tweet; @rea!Har bor 9/ 19/17 (7 :33 p.m.); @pier, 31/12/2016 23:05. \
                    Mail desk@harbor.example 7/11/23, @nobody said 3 things, @quay 7/11/23.";
        let said: Vec<String> = printed(text)
            .iter()
            .map(|it| {
                format!(
                    "{}|{}|{:?}|{}",
                    it.text,
                    it.account,
                    it.minute,
                    it.days.len()
                )
            })
            .collect();
        assert_eq!(
            said,
            [
                "@harbor 7/11/23 (9:29 a.m.)|@harbor|Some(569)|2",
                "@rea!Har bor 9/ 19/17 (7 :33 p.m.)|@rea!Harbor|Some(1173)|1",
                "@pier, 31/12/2016 23:05|@pier|Some(1385)|1",
                "@quay 7/11/23|@quay|None|2",
            ]
        );
        assert!(printed("@ 1/1/1 @@@ @a 99/99/99 @b 1/1/").is_empty());
    }

    struct Two;

    impl Sources for Two {
        fn pinned(&self, _: &str) -> Result<crate::cite::Pinned, CiteError> {
            Ok(crate::cite::Pinned::NoSuchItem)
        }

        fn candidates(
            &self,
            _: &crate::cite::Wanted,
        ) -> Result<Vec<crate::cite::Passage>, CiteError> {
            Ok(Vec::new())
        }

        fn neighbours(
            &self,
            _: &str,
            _: (usize, usize),
        ) -> Result<Vec<crate::cite::Passage>, CiteError> {
            Ok(Vec::new())
        }

        fn posts(&self, from: Moment, to: Moment) -> Result<Vec<Post>, CiteError> {
            let all = ["2023-07-11T13:29:41Z", "2023-07-11T18:07:10Z"];
            let posts = all.iter().zip(["m-1", "m-2"]).filter_map(|(at, item)| {
                let moment: Moment = at.parse().ok()?;
                (from <= moment && moment <= to).then(|| Post {
                    item: item.to_owned(),
                    from: vec!["realHarbor".to_owned()],
                    at: Instant::exact(moment, *at, "export"),
                })
            });
            Ok(posts.collect())
        }
    }

    #[test]
    fn a_time_agrees_differs_or_cannot_be_told_and_zones_are_named() {
        let york: Zone = "America/New_York".parse().unwrap();
        let said = |text: &str| {
            let paragraph = Paragraph {
                number: 1,
                text: text.to_owned(),
                ..Paragraph::default()
            };
            let all = held_against(&Two, &[paragraph], york).unwrap();
            let one = all.first().unwrap();
            format!("{}: {}", one.outcome, one.said)
        };
        for (text, wanted) in [
            (
                "@realHarbor 7/11/23 (9:29 a.m.)",
                "agrees: m-1 was made then: at 9:29 a.m. on 11 Jul 2023 (EDT, America/New_York)",
            ),
            (
                "@rea!Harbor 7/11/23 (2:07 p.m.)",
                "agrees: m-2 (by realHarbor) was made then: at 2:07 p.m. on 11 Jul 2023 (EDT, America/New_York)",
            ),
            (
                "@realHarbor 7/11/23",
                "agrees: m-1 was made then: on 11 Jul 2023 (America/New_York)",
            ),
            (
                "@realHarbor 7/11/23 (11:07 a.m.)",
                "differs: no post by @realHarbor is held that was made at 11:07 a.m. on 11 Jul 2023 (EDT, America/New_York); \
                 m-2 was made at 2:07 p.m. on 11 Jul 2023 (EDT), 3 hours later: the printed time is that of a clock which is \
                 3 hours behind",
            ),
            (
                "@realHarbor 7/31/23 (9:29 a.m.)",
                "cannot-tell: no post by @realHarbor is held that was made at 9:29 a.m. on 31 Jul 2023 (EDT, \
                 America/New_York), nor any within 36 hours of it: its source is not held",
            ),
            (
                "@realHarbor 7/12/23 (9:40 a.m.)",
                "cannot-tell: no post by @realHarbor is held that was made at 9:40 a.m. on 12 Jul 2023 (EDT, America/New_York) \
                 or at 9:40 a.m. on 7 Dec 2023 (EST, America/New_York); the nearest that is held is m-2 of 2:07 p.m. on 11 Jul \
                 2023 (EDT). The archive may not hold it, or the time is another",
            ),
        ] {
            assert_eq!(said(text), wanted);
        }
    }
}
