//! In which order steps were: as far as times and parties tell, and what that contradicts.

use super::Act;
use super::CustodyStep;
use super::Party;
use crate::record::Instant;

/// By what a party is told from others.
pub(super) fn key(party: &Party) -> String {
    let name = || party.shown().to_lowercase();
    party.agent.clone().unwrap_or_else(name)
}

/// Whether one of them, who is known, is one of the others. Whoever recorded an entry is known by name only.
pub(super) fn is_among(parties: &[Party], others: &[Party]) -> bool {
    parties.iter().filter(|one| one.is_known()).any(|one| {
        others.iter().any(|other| {
            key(one) == key(other)
                || ((one.agent.is_none() || other.agent.is_none())
                    && one.shown().to_lowercase() == other.shown().to_lowercase())
        })
    })
}

/// Whether one time says more closely when it was than another, and does not contradict it.
pub(super) fn is_within(at: &Instant, other: &Instant) -> bool {
    let begins = (other.earliest).is_none_or(|bound| at.earliest.is_some_and(|it| it >= bound));
    let ends = (other.latest).is_none_or(|bound| at.latest.is_some_and(|it| it <= bound));
    begins && ends && (at.earliest, at.latest) != (other.earliest, other.latest)
}

/// Steps in the order in which they must have been: one that is certainly earlier goes before, and so does one by which
/// somebody got what they then gave. What neither tells stays in the order in which it was recorded; where things went
/// round in a circle, it begins with whoever had them.
pub(super) fn in_turn(mut steps: Vec<CustodyStep>) -> Vec<CustodyStep> {
    steps.sort_by_key(|step| step.entry);
    let mut ordered: Vec<CustodyStep> = Vec::with_capacity(steps.len());
    while !steps.is_empty() {
        let first = |may: &dyn Fn(usize, &CustodyStep) -> bool| {
            steps
                .iter()
                .enumerate()
                .position(|(at, step)| may(at, step))
        };
        let others = |at: usize| {
            steps
                .iter()
                .enumerate()
                .filter(move |(other, _)| *other != at)
        };
        let in_time =
            |at: usize, step: &CustodyStep| !others(at).any(|(_, it)| is_before(it, step));
        let feeds = |it: &CustodyStep, step: &CustodyStep| {
            is_among(&it.to, &step.from) && !is_before(step, it)
        };
        let had = |step: &CustodyStep| ordered.iter().any(|it| is_among(&it.to, &step.from));
        let next =
            first(&|at, step| in_time(at, step) && !others(at).any(|(_, it)| feeds(it, step)))
                .or_else(|| first(&|at, step| in_time(at, step) && had(step)))
                .or_else(|| first(&in_time));
        let next = steps.remove(next.unwrap_or(0));
        ordered.push(next);
    }
    ordered
}

fn is_before(step: &CustodyStep, other: &CustodyStep) -> bool {
    match (&step.at, &other.at) {
        (Some(at), Some(other)) => at.is_before(other),
        _ => false,
    }
}

/// Marks the steps that lie beside the way to the archive: somebody through whose hands it came gave it to another too,
/// and it went on from there. When that was says nothing about when it came here.
pub(super) fn mark_branches(steps: &mut [CustodyStep], receivers: Vec<Party>) {
    let giver = steps.iter().find(|step| step.act == Act::Given);
    // Those on the way, found from its end.
    let mut way = receivers;
    way.extend(giver.iter().flat_map(|step| step.from.iter().cloned()));
    let mut on_the_way = vec![false; steps.len()];
    for (step, on) in steps.iter().zip(&mut on_the_way).rev() {
        if step.act == Act::Transferred && is_among(&step.to, &way) {
            *on = true;
            way.extend(step.from.iter().cloned());
        }
    }
    let mut there: Vec<Party> = Vec::new();
    for (step, on) in steps.iter_mut().zip(on_the_way) {
        step.branch = step.act == Act::Transferred
            && !on
            && (is_among(&step.from, &way) || is_among(&step.from, &there));
        if step.branch {
            there.extend(step.to.iter().cloned());
        }
    }
}

/// Steps that are certainly earlier than one that must have come before them.
pub(super) fn impossible(steps: &[CustodyStep]) -> Vec<String> {
    let mut said = Vec::new();
    for (index, earlier) in steps.iter().enumerate() {
        let contradicting: Vec<String> = steps
            .iter()
            .skip(index + 1)
            .filter(|step| is_before(step, earlier))
            .filter(|step| !earlier.branch || step.branch)
            .filter_map(|step| step.number)
            .map(|number| number.to_string())
            .collect();
        let Some(earlier) = earlier.number else {
            continue;
        };
        match contradicting.as_slice() {
            [] => {}
            [step] => said.push(format!("step {step} is earlier than step {earlier}")),
            [steps @ .., last] => said.push(format!(
                "steps {} and {last} are earlier than step {earlier}",
                steps.join(", ")
            )),
        }
    }
    said
}
