//! Holds what was read of a draft against the record.

use std::collections::HashSet;

use chrono::Datelike as _;
use chrono::Months;
use chrono::NaiveDate;
use chrono::NaiveDateTime;
use chrono::TimeDelta;
use chrono::Timelike as _;

use super::Agreement;
use super::Around;
use super::Statement;
use super::StatementSort;
use super::clocks::Clock;
use super::compare::WHOLE_DAY;
use super::compare::covers;
use super::compare::gap;
use super::compare::is_called;
use super::compare::named_or_not;
use super::compare::readings;
use super::quoted::SECOND_HAND;
use super::quoted::Standing;
use super::quoted::known;
use super::reading;
use super::reading::How;
use super::reading::Reach;
use super::reading::Who;
use super::timed;
use super::times::Part;
use super::times::Slack;
use super::times::Time;
use super::zones::DraftZone;
use super::zones::Naming;
use crate::cite::CiteError;
use crate::cite::Match;
use crate::cite::Quoted;
use crate::cite::Sources;
use crate::cite::Verdict;
use crate::record::Instant;
use crate::record::Moment;
use crate::record::Zone;
use crate::record::show;
use crate::record::when;

/// Quotations before one that an interval may be counted from, at most.
const COUNTED_FROM: usize = 5;

/// What came of one comparison.
pub(super) struct Told {
    pub(super) result: Agreement,
    pub(super) record: Option<String>,
    pub(super) why: Option<String>,
}

impl Told {
    pub(super) fn cannot(why: impl Into<String>) -> Self {
        Self {
            result: Agreement::CannotTell,
            record: None,
            why: Some(why.into()),
        }
    }
}

/// A statement, and what came of it at each place in which its quotation stands.
struct Held {
    sort: StatementSort,
    words: String,
    told: Vec<Told>,
}

/// Where statements are held against the record.
pub(super) struct Desk<'a> {
    pub(super) sources: &'a dyn Sources,
    zone: &'a DraftZone,
    /// Words, in lower case, of the names of persons on record, and of those that the draft gives to whoever speaks.
    people: &'a HashSet<String>,
    /// What is stated of the quotation that is being looked at.
    held: Vec<Held>,
    /// Whose its words are at each place in which it stands; looked up once, where anything is stated.
    standings: Vec<Standing>,
}

impl<'a> Desk<'a> {
    pub(super) fn new(
        sources: &'a dyn Sources,
        zone: &'a DraftZone,
        people: &'a HashSet<String>,
    ) -> Self {
        Self {
            sources,
            zone,
            people,
            held: Vec::new(),
            standings: Vec::new(),
        }
    }

    /// Who is said to have written it, to whom. `named` is the last name read in the paragraph, for `he` and `she`.
    pub(super) fn parties(
        &mut self,
        around: &Around<'_>,
        quoted: &Quoted,
        named: &mut Option<(usize, String)>,
        paragraph: usize,
    ) -> Result<(), CiteError> {
        let read = reading::parties(around.own, around.span);
        if read.sender.is_some() {
            self.standings = self.standings(quoted)?;
        }
        // Ashgrove answered. “…,” he wrote.
        if let Some(name) = reading::speaker(around.before) {
            *named = Some((paragraph, name));
        }
        let person = match &read.sender {
            Some(Who::Named(name)) if read.how == How::Label => self.is_person(quoted, name)?,
            _ => true,
        };
        if let Some(who) = read.sender.filter(|_| person) {
            let mut told = self.who(
                quoted,
                &who,
                StatementSort::Sender,
                named.as_ref().map(|it| it.1.as_str()),
            )?;
            let relayed = read.how == How::Relayed;
            for told in told.iter_mut().filter(|_| relayed) {
                if told.result == Agreement::Differs {
                    told.result = Agreement::CannotTell;
                    told.why = Some("it may be who passed the words on".to_owned());
                }
            }
            self.hold(StatementSort::Sender, who.words(), told);
            if let Who::Named(name) = who {
                *named = Some((paragraph, name));
            }
        }
        let many = read.addressees.len();
        for who in read
            .addressees
            .iter()
            .filter(|it| matches!(it, Who::Named(_)))
        {
            let mut told = self.who(quoted, who, StatementSort::Addressee, None)?;
            for (told, found) in told.iter_mut().zip(&quoted.matches) {
                let doubt = match read.reach {
                    Reach::Alone if self.sources.parties(&found.item)?.to.len() > many => {
                        "the record names others too"
                    }
                    Reach::Narrowed => "to whom else it did not go, no rule reads",
                    _ => continue,
                };
                if told.result == Agreement::Agrees {
                    told.result = Agreement::CannotTell;
                    told.why = Some(doubt.to_owned());
                }
            }
            self.hold(StatementSort::Addressee, who.words(), told);
        }
        Ok(())
    }

    /// Whether a word with a colon before a quotation names somebody: one of those between whom it went, one who speaks in
    /// the draft, or one whom the archive knows.
    fn is_person(&self, quoted: &Quoted, name: &str) -> Result<bool, CiteError> {
        let is_known = |it: &str| self.people.contains(&it.to_lowercase());
        if name.starts_with('@') || name.split(' ').all(is_known) {
            return Ok(true);
        }
        for found in &quoted.matches {
            let parties = self.sources.parties(&found.item)?;
            if (parties.from.iter().chain(&parties.to)).any(|it| is_called(it, name)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A name held against the senders or addressees of each place in which the quotation stands.
    fn who(
        &self,
        quoted: &Quoted,
        who: &Who,
        sort: StatementSort,
        named: Option<&str>,
    ) -> Result<Vec<Told>, CiteError> {
        let mut standings = self.standings.iter();
        Self::each(quoted, |found| {
            let standing = standings.next();
            let parties = self.sources.parties(&found.item)?;
            let (side, others, word) = if sort == StatementSort::Sender {
                (&parties.from, &parties.to, "from")
            } else {
                (&parties.to, &parties.from, "to")
            };
            if side.is_empty() {
                return Ok(Told::cannot("the record names nobody there"));
            }
            let shown: Vec<&str> = side.iter().map(|it| it.shown.as_str()).collect();
            let mut record = format!("{word} {}", shown.join(", "));
            let author = match standing {
                Some(Standing::SecondHand(author)) if sort == StatementSort::Sender => author,
                _ => return Ok(named_or_not(who, side, others, record, named)),
            };
            // Whoever quotes words did not write them, whatever else is known.
            let Some(author) = author else {
                return Ok(Told {
                    record: Some(record),
                    ..Told::cannot(SECOND_HAND)
                });
            };
            let author = known(author, &parties);
            record = format!("from {}, quoted in a message {record}", author.shown);
            let mut told = named_or_not(who, &[author], &[], record, named);
            told.why = told.why.or_else(|| Some(SECOND_HAND.to_owned()));
            Ok(told)
        })
    }

    /// When it is said to have been written: by clock and calendar, or counted from the quotations before it.
    pub(super) fn times(
        &mut self,
        around: &Around<'_>,
        quoted: &Quoted,
        earlier: &[Quoted],
    ) -> Result<(), CiteError> {
        let own = timed::times(around.own);
        // The sentence before speaks of a quotation that says no time of its own.
        let (times, sure) = if own.is_empty() {
            (timed::times(around.before), false)
        } else {
            (own, !around.shared)
        };
        for (time, words) in times {
            let counted = !matches!(time, Time::Stated { .. });
            let sort = if counted {
                StatementSort::Interval
            } else {
                StatementSort::Time
            };
            let mut all = Self::each(quoted, |found| {
                Ok(if counted {
                    self.counted(&time, found, earlier)
                } else {
                    self.stated(&time, &found.at)
                })
            })?;
            let doubt = if !sure && around.shared {
                Some("the sentence quotes more than this")
            } else if !sure {
                Some("the sentence before may speak of something else")
            } else if counted && !around.follows {
                Some("what it is counted from, no rule can read")
            } else {
                None
            };
            for told in &mut all {
                if let Some(doubt) = doubt
                    && told.result == Agreement::Differs
                {
                    told.result = Agreement::CannotTell;
                    told.why = Some(match &told.why {
                        Some(why) => format!("{why}; {doubt}"),
                        None => doubt.to_owned(),
                    });
                }
            }
            self.hold(sort, &words, all);
        }
        Ok(())
    }

    fn hold(&mut self, sort: StatementSort, words: &str, told: Vec<Told>) {
        let words = words.to_owned();
        self.held.push(Held { sort, words, told });
    }

    /// Takes what is stated of a quotation at one place in which it stands: who, to whom and when are said of one message.
    /// It is the one with which least differs and most agrees, the first of such; one that only quotes the words, where it
    /// is stated whose they are, comes behind all whose own they are.
    pub(super) fn settle(&mut self, quoted: &mut Quoted) -> Result<(), CiteError> {
        let mut held = std::mem::take(&mut self.held);
        let mut standings = std::mem::take(&mut self.standings);
        if standings.is_empty() && !held.is_empty() {
            standings = self.standings(quoted)?;
        }
        let second = |place: usize| matches!(standings.get(place), Some(Standing::SecondHand(_)));
        let of_message = held
            .iter_mut()
            .filter(|it| it.sort != StatementSort::Sender);
        for (place, told) in of_message.flat_map(|it| it.told.iter_mut().enumerate()) {
            if second(place) && told.result != Agreement::CannotTell {
                told.result = Agreement::CannotTell;
                told.why = Some(SECOND_HAND.to_owned());
            }
        }
        let of = |place: usize, result| {
            let told = held.iter().filter_map(|it| it.told.get(place));
            told.filter(|it| it.result == result).count()
        };
        let whose = held.iter().any(|it| it.sort == StatementSort::Sender);
        let places = 0..quoted.matches.len().max(1);
        let best = places.min_by_key(|place| {
            let agree = of(*place, Agreement::Agrees);
            let differ = of(*place, Agreement::Differs);
            (whose && second(*place), differ, std::cmp::Reverse(agree))
        });
        let place = best.unwrap_or_default();
        let item = quoted.matches.get(place).map(|it| it.item.clone());
        for Held { sort, words, told } in held {
            let told = told.into_iter().nth(place);
            quoted.statements.extend(told.map(|told| Statement {
                sort,
                words,
                result: told.result,
                record: told.record,
                item: item.clone(),
                why: told.why,
            }));
        }
        Ok(())
    }

    /// What comes of it at each place in which a quotation stands.
    fn each(
        quoted: &Quoted,
        told: impl FnMut(&Match) -> Result<Told, CiteError>,
    ) -> Result<Vec<Told>, CiteError> {
        if quoted.matches.is_empty() {
            let why = if quoted.verdict == Verdict::NotChecked {
                "the words were not compared with anything"
            } else {
                "no source of it is held"
            };
            return Ok(vec![Told::cannot(why)]);
        }
        quoted.matches.iter().map(told).collect()
    }

    /// A time by clock and calendar.
    fn stated(&self, time: &Time, at: &Instant) -> Told {
        let Time::Stated { zone, clock, .. } = time else {
            return Told::cannot("");
        };
        let (Some(earliest), Some(last)) = (at.earliest, at.latest) else {
            return Told::cannot("the record gives no time");
        };
        let unread = match zone {
            _ if *clock == Some(Clock::Unread) => Some("the time of day is not read".to_owned()),
            Some(Naming::Unknown(words)) => Some(format!("which zone “{words}” is, no rule reads")),
            _ => None,
        };
        let named: Option<Zone> = match zone {
            Some(Naming::Known(zone)) => zone.parse().ok(),
            _ => None,
        };
        let own = at.zone.as_deref().and_then(|it| it.parse::<Zone>().ok());
        // Whole days, months and years are those of the calendar in which they were recorded.
        let whole = (last.millis() - earliest.millis()) >= WHOLE_DAY;
        let calendar = own.filter(|_| whole);
        let in_zone = named.or(calendar).unwrap_or(self.zone.zone);
        let record = Some(show(at, in_zone));
        if let Some(why) = unread {
            return Told {
                record,
                ..Told::cannot(why)
            };
        }
        let compare = |zone: Zone| {
            let (local, _) = zone.local(earliest);
            readings(time, local.date())
                .iter()
                .filter_map(|words| when::parse(words, zone, "assumed").ok())
                .map(|stated| covers(&stated, at))
                .min_by_key(|it| match it {
                    Agreement::Agrees => 0,
                    Agreement::CannotTell => 1,
                    Agreement::Differs => 2,
                })
                .unwrap_or(Agreement::CannotTell)
        };
        if let Some(other) = other_weekday(time, in_zone, earliest) {
            return Told {
                result: Agreement::Differs,
                record,
                why: Some(other),
            };
        }
        let result = compare(in_zone);
        let has_clock = clock.is_some();
        let named_by_draft = named.is_some() || self.zone.said;
        if result == Agreement::Differs && !named_by_draft {
            let other = own
                .into_iter()
                .chain([Zone::UTC])
                .find(|zone| compare(*zone) == Agreement::Agrees);
            if let Some(other) = other {
                return Told {
                    result: Agreement::CannotTell,
                    record: Some(show(at, other)),
                    why: Some(format!(
                        "it fits in {other} and not in {}: the draft names no zone",
                        self.zone.name
                    )),
                };
            }
        }
        let why = match result {
            Agreement::CannotTell => Some("the record is no more precise".to_owned()),
            _ if has_clock && !named_by_draft => Some(format!(
                "read in {}, the draft names no zone",
                self.zone.name
            )),
            _ => None,
        };
        Told {
            result,
            record,
            why,
        }
    }

    /// A time counted from a quotation before it.
    fn counted(&self, time: &Time, found: &Match, earlier: &[Quoted]) -> Told {
        if found.at.earliest.is_none() {
            return Told::cannot("the record gives no time");
        }
        let before = earlier
            .iter()
            .rev()
            .take(COUNTED_FROM)
            .filter_map(|it| Some((it.id.as_str(), it.matches.first()?)))
            .filter(|(_, it)| it.item != found.item && it.at.earliest.is_some());
        let mut first = None;
        for (id, from) in before {
            let fits = self.fits(time, &from.at, &found.at);
            let told = Told {
                result: fits,
                record: self.apart(time, (id, from), &found.at),
                why: None,
            };
            if fits == Agreement::Agrees {
                return told;
            }
            if first.is_none() {
                first = Some(told);
            }
        }
        let Some(mut told) = first else {
            return Told::cannot("there is no quotation before it to count from");
        };
        if matches!(time, Time::Vague) {
            told.why = Some("how long, the draft does not say".to_owned());
        } else if told.result == Agreement::CannotTell && matches!(time, Time::Months { .. }) {
            told.why = Some("it may be rounded, or the record is no more precise".to_owned());
        }
        if told.result == Agreement::Differs && matches!(time, Time::Day { .. }) {
            // 'That evening' may be of a day that no quotation before it is of.
            told.result = Agreement::CannotTell;
            told.why = Some("which day is meant, no rule can read".to_owned());
        }
        told
    }

    /// How far a time is from that of an earlier quotation, or both where days are counted, for a reader.
    fn apart(&self, time: &Time, (id, from): (&str, &Match), at: &Instant) -> Option<String> {
        if matches!(time, Time::Day { .. }) {
            let zone = self.zone.zone;
            let from = format!("{id} ({}) at {}", from.item, show(&from.at, zone));
            return Some(format!("{}, {from}", show(at, zone)));
        }
        let gap = gap(&from.at, at)?;
        let earlier = at.earliest? < from.at.earliest?;
        let sense = if earlier { "before" } else { "after" };
        Some(format!("{gap} {sense} {id} ({})", from.item))
    }

    fn fits(&self, time: &Time, from: &Instant, at: &Instant) -> Agreement {
        match time {
            Time::Months { many, after, slack } => {
                months_apart(self.zone.zone, (*many, *after, *slack), from, at)
                    .unwrap_or(Agreement::CannotTell)
            }
            Time::Apart { distance, after } => {
                // The reference only has to be one; whose times it is counted from is given.
                let words = format!(
                    "{distance} {} m-0000",
                    if *after { "after" } else { "before" }
                );
                let told = when::stated(&words, self.zone.zone, "computed");
                if told.relative_to.is_none() {
                    return Agreement::CannotTell;
                }
                covers(&when::resolve(&told, from), at)
            }
            Time::Within { minutes } => {
                let (Some(from_first), Some(from_last)) = (from.earliest, from.latest) else {
                    return Agreement::CannotTell;
                };
                let (Some(first), Some(last)) = (at.earliest, at.latest) else {
                    return Agreement::CannotTell;
                };
                let most = minutes * 60_000;
                if last.millis() - from_first.millis() <= most && first >= from_last {
                    Agreement::Agrees
                } else if first.millis() - from_last.millis() > most || last < from_first {
                    Agreement::Differs
                } else {
                    Agreement::CannotTell
                }
            }
            Time::Day { days, part } => self.same_day(*days, *part, from, at),
            Time::Stated { .. } | Time::Vague => Agreement::CannotTell,
        }
    }

    fn same_day(&self, days: i64, part: Option<Part>, from: &Instant, at: &Instant) -> Agreement {
        let (Some(from), Some(first), Some(last)) = (from.earliest, at.earliest, at.latest) else {
            return Agreement::CannotTell;
        };
        let zone = self.zone.zone;
        let (from, first, last) = (zone.local(from).0, zone.local(first).0, zone.local(last).0);
        let Some(day) = from.date().checked_add_signed(TimeDelta::days(days)) else {
            return Agreement::CannotTell;
        };
        // Hours since that day began: a night reaches into the next one, and has the early hours of its own too.
        let hours = |it: NaiveDateTime| (it.date() - day).num_days() * 24 + i64::from(it.hour());
        let (first, last) = (hours(first), hours(last));
        let within = |begin: i64, end: i64| begin <= first && last < end;
        let inside = part.map_or_else(
            || within(0, 24),
            |Part(begin, end)| {
                within(i64::from(begin), i64::from(end))
                    || end > 24 && within(0, i64::from(end - 24))
            },
        );
        if last - first >= 24 {
            return Agreement::CannotTell;
        }
        if inside {
            Agreement::Agrees
        } else {
            Agreement::Differs
        }
    }
}

/// Whether a record lies so many calendar months from another: on the same day of the month, give or take the slack.
fn months_apart(
    zone: Zone,
    (many, after, slack): (u32, bool, Slack),
    from: &Instant,
    at: &Instant,
) -> Option<Agreement> {
    let day = |moment| zone.local(moment).0.date();
    let moved = |moment| {
        let (day, months) = (day(moment), Months::new(many));
        if after {
            day.checked_add_months(months)
        } else {
            day.checked_sub_months(months)
        }
    };
    let (earliest, latest) = (moved(from.earliest?)?, moved(from.latest?)?);
    // How far the record is off in either direction, at most and at least.
    let least = (day(at.earliest?) - latest).num_days();
    let most = (day(at.latest?) - earliest).num_days();
    Some(if -slack.near <= least && most <= slack.near {
        Agreement::Agrees
    } else if most < -slack.far || slack.far < least {
        Agreement::Differs
    } else {
        Agreement::CannotTell
    })
}

/// That a date is not of the weekday that the draft gives it; a year that it leaves out is the record's.
fn other_weekday(time: &Time, zone: Zone, recorded: Moment) -> Option<String> {
    let Time::Stated {
        date: Some(date), ..
    } = time
    else {
        return None;
    };
    let weekday = date.weekday.filter(|_| !date.turns)?;
    let year = date.year.unwrap_or(zone.local(recorded).0.year());
    let day = NaiveDate::from_ymd_opt(year, date.month?, date.day?)?;
    (day.weekday() != weekday)
        .then(|| format!("{} was a {}", day.format("%-d %B %Y"), day.format("%A")))
}
