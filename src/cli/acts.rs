//! Recording: how what a user types becomes the values of an entry.

use serde_json::Value;
use serde_json::json;

use super::CliError;
use super::Context;
use crate::archive::About;
use crate::archive::Archive;
use crate::archive::EntryDraft;
use crate::archive::Step;
use crate::archive::Target;
use crate::archive::Writer;
use crate::record::Instant;
use crate::record::ParseZoneError;
use crate::record::Zone;
use crate::record::when;

/// Slots and values of an entry that is being put together.
#[derive(Clone)]
pub(super) struct Values {
    slots: Vec<(&'static str, Value)>,
    /// The archive's zone, in which times are read that state none.
    zone: Zone,
}

impl Values {
    /// Values with the slots that every act has: by whom and when it is recorded.
    pub(super) fn new(context: &Context) -> Result<Self, CliError> {
        let settings = context.settings_to_record()?;
        let mut values = Self {
            slots: vec![("t", Value::from(context.now()?.to_string()))],
            zone: settings.zone.parse().map_err(|error: ParseZoneError| {
                CliError::usage(error.to_string(), "mend the zone in fonds.toml")
            })?,
        };
        values.words("by", context.by().as_deref());
        Ok(values)
    }

    /// The same values once more.
    pub(super) fn again(&self) -> Self {
        self.clone()
    }

    /// When it is recorded.
    pub(super) fn recorded(&self) -> &str {
        let time = self.slots.iter().find(|(slot, _)| *slot == "t");
        time.and_then(|(_, at)| at.as_str()).unwrap_or_default()
    }

    /// That it is recorded now: something was recorded since these values were begun.
    pub(super) fn now(&mut self, context: &Context) -> Result<(), CliError> {
        let now = Value::from(context.now()?.to_string());
        for (_, at) in self.slots.iter_mut().filter(|(slot, _)| *slot == "t") {
            at.clone_from(&now);
        }
        Ok(())
    }

    /// A slot's value.
    pub(super) fn set(&mut self, slot: &'static str, value: Value) {
        self.slots.push((slot, value));
    }

    /// Words in a slot, where there are any.
    pub(super) fn words(&mut self, slot: &'static str, words: Option<&str>) {
        if let Some(words) = words.map(str::trim).filter(|words| !words.is_empty()) {
            self.set(slot, Value::from(words));
        }
    }

    /// The items that support it.
    pub(super) fn evidence(&mut self, archive: &Archive, typed: &[String]) -> Result<(), CliError> {
        self.addresses("evidence", archive, typed)
    }

    /// What it was held against.
    pub(super) fn against(&mut self, archive: &Archive, typed: &[String]) -> Result<(), CliError> {
        self.addresses("against", archive, typed)
    }

    fn addresses(
        &mut self,
        slot: &'static str,
        archive: &Archive,
        typed: &[String],
    ) -> Result<(), CliError> {
        if !typed.is_empty() {
            let items: Vec<Value> = typed
                .iter()
                .map(|typed| Ok(address(about(archive, typed)?)))
                .collect::<Result<_, CliError>>()?;
            self.set(slot, Value::from(items));
        }
        Ok(())
    }

    /// A stated time, read in the archive's zone.
    pub(super) fn time(
        &mut self,
        context: &Context,
        archive: &Archive,
        slot: &'static str,
        words: Option<&str>,
    ) -> Result<(), CliError> {
        if let Some(words) = words {
            let at = time(context, archive, words, self.zone, "archive")?;
            self.set(slot, serde_json::to_value(at).unwrap_or_default());
        }
        Ok(())
    }

    /// The slots that are set.
    pub(super) fn slots(&self) -> &[(&'static str, Value)] {
        &self.slots
    }

    /// The entry.
    pub(super) fn entry(&self, kind: &str) -> Result<EntryDraft, CliError> {
        Ok(EntryDraft::new(kind, &self.slots)?)
    }
}

/// A stated time. Words that cannot be read are kept, and the user is told; a time told from something that is not here
/// is an error, since it would never say when.
pub(super) fn time(
    context: &Context,
    archive: &Archive,
    words: &str,
    zone: Zone,
    basis: &str,
) -> Result<Instant, CliError> {
    if let Err(error) = when::parse(words, zone, basis) {
        context
            .ui
            .say(&format!("note: {error}; the words are kept as they are"));
    }
    let at = when::stated(words, zone, basis);
    if let Some(other) = &at.relative_to {
        archive.resolve(other)?;
    }
    Ok(at)
}

/// A stated time as a slot holds it, read in the archive's zone.
pub(super) fn time_value(
    context: &Context,
    archive: &Archive,
    words: &str,
) -> Result<Value, CliError> {
    let zone = Values::new(context)?.zone;
    let at = time(context, archive, words, zone, "archive")?;
    Ok(serde_json::to_value(at).unwrap_or_default())
}

/// What a reference as typed is about.
pub(super) fn about(archive: &Archive, typed: &str) -> Result<About, CliError> {
    match archive.resolve(typed)? {
        Target::Entry(seq) => Ok(About::Entry(seq)),
        Target::Item(item) => {
            let (place, _) = archive.place(item)?.ok_or_else(|| {
                CliError::not_here(
                    format!("{typed} has no place in the ledger"),
                    "fonds verify        to see what is damaged",
                )
            })?;
            Ok(About::Item(place))
        }
    }
}

/// An address as it is recorded.
pub(super) fn address(about: About) -> Value {
    match about {
        About::Entry(seq) => json!({"entry": seq}),
        About::Item(place) => json!({"item": place}),
    }
}

/// Entries as they were recorded.
pub(super) struct Recorded {
    /// All of them, those that name agents first.
    pub(super) all: Vec<u64>,
    /// Those about the items, in their order.
    pub(super) acts: Vec<u64>,
}

/// Records the same of each item, as one group behind the entries that name who was not named before.
pub(super) fn record(
    context: &Context,
    writer: &mut Writer,
    kind: &str,
    items: &[String],
    values: &Values,
    named: Vec<EntryDraft>,
) -> Result<Recorded, CliError> {
    let mut entries = named;
    let number = entries.len();
    for item in items {
        let mut values = values.again();
        values.set("about", address(about(writer.archive(), item)?));
        entries.push(values.entry(kind)?);
    }
    let all = append(writer, entries)?;
    say_nameless(context);
    let acts = all.iter().skip(number).copied().collect();
    Ok(Recorded { all, acts })
}

/// Appends entries as one group and gives their indexes.
pub(super) fn append(writer: &mut Writer, entries: Vec<EntryDraft>) -> Result<Vec<u64>, CliError> {
    let steps = entries.into_iter().map(Step::Entry).collect();
    Ok(writer.append(steps, None)?.entries)
}

/// That entries were recorded, as a clause before what happened then.
pub(super) fn recorded_as(entries: &[u64]) -> String {
    match entries {
        [] => "nothing more was to be recorded".to_owned(),
        [one] => format!("it is recorded as entry {one}"),
        [first, .., last] => format!("it is recorded as entries {first} to {last}"),
    }
}

/// Sees that somebody is said to be at work where what is recorded is a person's word: no machine gives it.
pub(super) fn demand_name(context: &Context, what: &str) -> Result<(), CliError> {
    if context.by().is_some() {
        return Ok(());
    }
    Err(CliError::usage(
        format!("{what} is a person's word, and nobody is named"),
        "--by NAME, or FONDS_BY",
    ))
}

/// Says that what was recorded does not say by whom, where nobody is said to be at work.
pub(super) fn say_nameless(context: &Context) {
    if context.by().is_none() {
        context.ui.say(
            "note: recorded without saying by whom; --by NAME or FONDS_BY says who is at work",
        );
    }
}
