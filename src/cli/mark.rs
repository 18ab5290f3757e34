//! `fonds cite mark`.

use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;
use serde_json::json;

use super::CliError;
use super::Context;
use super::Outcome;
use super::acts::Values;
use super::acts::demand_name;
use super::cite;
use super::claim::State;
use super::draft;
use super::ui::Answer;
use crate::archive::Archive;
use crate::archive::EntryDraft;
use crate::archive::Step;
use crate::cite::Citations;
use crate::cite::Form;
use crate::cite::Quoted;
use crate::cite::Verdict;
use crate::cite::evidence;
use crate::cite::signed_quotation;
use crate::record::Bytes;
use crate::record::Digest;

/// Sign off a quotation of a draft
///
/// The draft is checked first: the sign-off is of the quotation's words, of its verdict and of the items that it rests on
/// now. The draft's bytes are kept in the archive with it. Nothing that was signed before is overwritten; the last word
/// counts.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples
  fonds cite mark draft.md Q7 checked --by \"E. Ferro\" --how \"read the export itself\"
  fonds cite mark draft.md Q9 query --note \"is this the March message?\"
  fonds cite draft-2.md --since draft.md       sign-offs of what did not change are carried over

Exit status
  0 recorded, 2 could not be done, 4 no such quotation or item, 10 no archive here, 11 in use, 12 wrong key")]
pub(super) struct MarkArgs {
    /// The draft
    #[arg(value_name = "DRAFT")]
    draft: PathBuf,
    /// The quotation, as `fonds cite` numbers it
    #[arg(value_name = "Q")]
    quotation: String,
    /// What is said of it
    state: State,
    /// How it was checked
    #[arg(long, value_name = "TEXT")]
    how: Option<String>,
    /// What it was held against: documents, messages or accessions
    #[arg(long, value_name = "ITEM")]
    against: Vec<String>,
    /// A remark
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    #[command(flatten)]
    rules: cite::RulesArgs,
}

/// `fonds/cite-mark/1`.
#[derive(Debug, Serialize)]
struct Marked {
    schema: &'static str,
    /// The entry of the sign-off.
    entry: Option<u64>,
    /// The entry that says which draft was held against the archive.
    cited: u64,
    quotation: String,
    state: String,
    verdict: &'static str,
    evidence: Vec<String>,
}

impl Answer for Marked {
    fn text(&self) -> String {
        let rests = if self.evidence.is_empty() {
            "it rests on nothing that is held".to_owned()
        } else {
            format!("it rests on {}", self.evidence.join(", "))
        };
        format!(
            "{} is signed off: {} (its verdict is {}; {rests}).\n",
            self.quotation, self.state, self.verdict
        )
    }
}

/// `fonds cite mark`.
pub(super) fn run(context: &Context, args: &MarkArgs) -> Result<Outcome, CliError> {
    demand_name(context, "a sign-off")?;
    let opened = draft::open(&args.draft)?;
    let rules = args.rules.read(context)?;
    let mut writer = context.writer()?;
    let citations = cite::check(
        context,
        writer.archive(),
        &opened.draft,
        rules,
        Form::default(),
    )?;
    let quoted = wanted(&citations, &args.quotation)?;
    let resting = evidence(quoted);
    let said = args.how.is_some() || !args.against.is_empty();
    if args.state.word() == "checked" && resting.is_empty() && !said {
        return Err(CliError::usage(
            format!(
                "{} rests on nothing that is held, so nobody could tell later how it was checked",
                quoted.id
            ),
            "--how TEXT says how; or sign it off as off-archive, query or stet",
        ));
    }
    let bytes = Bytes {
        sha256: citations.draft.sha256,
        size: opened.bytes.len() as u64,
    };
    let mut steps = Vec::new();
    let mut values = Values::new(context)?;
    let rules = rules_of(&citations);
    let known = same_rules(writer.archive(), &bytes.sha256, &rules)?;
    let cited = if let Some(cited) = known {
        cited
    } else {
        let entry = cited_entry(values.again(), writer.archive(), &citations, bytes, None)?;
        steps.push(Step::Entry(entry));
        writer.archive().head()?.0
    };
    values.set("about", json!({"entry": cited}));
    let quotation = signed_quotation(quoted);
    values.set(
        "quotation",
        serde_json::to_value(quotation).unwrap_or_default(),
    );
    values.set("state", Value::from(args.state.word()));
    values.words("how", args.how.as_deref());
    values.words("note", args.note.as_deref());
    values.against(writer.archive(), &args.against)?;
    values.evidence(writer.archive(), &resting)?;
    steps.push(Step::Entry(values.entry("checked/1")?));
    let appended = writer.append_with(steps, &[&opened.bytes])?;
    context.ui.answer(&Marked {
        schema: "fonds/cite-mark/1",
        entry: appended.entries.last().copied(),
        cited,
        quotation: quoted.id.clone(),
        state: args.state.word(),
        verdict: quoted.verdict.word(),
        evidence: resting,
    })?;
    Ok(Outcome::Done)
}

/// The quotation of that number.
fn wanted<'a>(citations: &'a Citations, typed: &str) -> Result<&'a Quoted, CliError> {
    let found = citations
        .quotations
        .iter()
        .find(|it| it.id.eq_ignore_ascii_case(typed));
    found.ok_or_else(|| {
        CliError::not_here(
            format!("the draft has no quotation {typed}"),
            match citations.quotations.last() {
                Some(last) => format!("Q1 to {}, as fonds cite numbers them", last.id),
                None => "a draft with quotations: this one has none".to_owned(),
            },
        )
    })
}

fn rules_of(citations: &Citations) -> Value {
    let rules = &citations.rules;
    json!({"house": rules.house, "norm": rules.norm, "strict": rules.strict.to_string()})
}

/// The last entry that holds this draft against the archive by the same rules.
fn same_rules(archive: &Archive, draft: &Digest, rules: &Value) -> Result<Option<u64>, CliError> {
    for seq in archive.cited(draft)?.into_iter().rev() {
        if let Some(entry) = archive.entry(seq)?
            && entry.get::<Value>("rules")?.as_ref() == Some(rules)
        {
            return Ok(Some(seq));
        }
    }
    Ok(None)
}

/// The entry that says that this draft was held against the archive, by which rules, and what came of it.
pub(super) fn cited_entry(
    mut values: Values,
    archive: &Archive,
    citations: &Citations,
    bytes: Bytes,
    report: Option<Bytes>,
) -> Result<EntryDraft, CliError> {
    values.set("draft", serde_json::to_value(bytes).unwrap_or_default());
    values.set("report", serde_json::to_value(report).unwrap_or_default());
    values.set("rules", rules_of(citations));
    outcome(&mut values, archive, citations)?;
    values.entry("cited/1")
}

/// How many quotations had which verdict, and against which head.
pub(super) fn outcome(
    values: &mut Values,
    archive: &Archive,
    citations: &Citations,
) -> Result<(), CliError> {
    let mut counts = serde_json::Map::new();
    for verdict in Verdict::ALL {
        let of = citations
            .quotations
            .iter()
            .filter(|it| it.verdict == *verdict);
        counts.insert(verdict.word().to_owned(), Value::from(of.count()));
    }
    values.set("quotations", Value::from(counts));
    if let (_, Some(note)) = archive.head()? {
        let head = archive.open_note(&note)?;
        let root = Digest::new(*head.root.as_bytes());
        values.set("checkpoint", json!({"size": head.size, "root": root}));
    }
    Ok(())
}
