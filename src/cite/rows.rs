//! Quotations in the cells of a table, and pins in the cells beside them.

use std::collections::HashMap;

use crate::cite::Draft;
use crate::cite::LoosePin;
use crate::cite::Quotation;

/// Gives the pins of a row of a table that belong to no quotation to the one of that row, where it has only one and that has
/// no pin in its own cell.
pub(super) fn beside(draft: &Draft, quotations: &mut [Quotation], claims: &mut Vec<LoosePin>) {
    let rows: HashMap<usize, usize> = draft
        .paragraphs
        .iter()
        .filter_map(|it| Some((it.number, it.row?)))
        .collect();
    // Of each row its first quotation, and how many it has.
    let mut quoted: HashMap<usize, (usize, usize)> = HashMap::new();
    for (index, quotation) in quotations.iter().enumerate() {
        if let Some(row) = rows.get(&quotation.place.paragraph) {
            quoted.entry(*row).or_insert((index, 0)).1 += 1;
        }
    }
    quoted.retain(|_, (index, many)| {
        let bare = quotations.get(*index).is_some_and(|it| it.pins.is_empty());
        *many == 1 && bare
    });
    claims.retain(|claim| {
        let row = rows.get(&claim.place.paragraph);
        let only = row.and_then(|row| quoted.get(row));
        let quotation = only.and_then(|it| quotations.get_mut(it.0));
        !quotation.is_some_and(|it| it.pin(&claim.pin))
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cite::DraftFormat;
    use crate::cite::extract;

    /// The pins of each quotation, and those of none.
    fn pins(text: &str, format: DraftFormat) -> (Vec<String>, Vec<String>) {
        let draft = Draft::read(text.as_bytes(), None, format).expect("text");
        let found = extract(&draft);
        let of = |it: &Quotation| {
            let pins: Vec<String> = it.pins.iter().map(ToString::to_string).collect();
            pins.join(" ")
        };
        (
            found.quotations.iter().map(of).collect(),
            found.claims.iter().map(|it| it.pin.to_string()).collect(),
        )
    }

    fn table(rows: &[[&str; 2]]) -> String {
        let rows = rows
            .iter()
            .map(|[one, other]| format!("| {one} | {other} |\n"));
        format!("| words | from |\n|---|---|\n{}", rows.collect::<String>())
    }

    #[test]
    fn a_pin_in_a_row_is_beside_its_quotation_and_of_no_other_row() {
        let text = table(&[
            ["“one”", "[the letter](fonds:m-7kq2)"],
            ["[m-9p0c]", "“two”"],
            ["[so](#m-51d0)", "“three”"],
            ["“four” [m-2f61]", "[the letter](fonds:d-41ac)"],
            ["“five” “six”", "[the letter](fonds:d-41ad)"],
            ["nothing", "[the letter](fonds:d-41ae)"],
            ["“seven”", "[m-8t7d]"],
        ]);
        let (quoted, loose) = pins(&text, DraftFormat::Markdown);
        assert_eq!(
            quoted,
            ["m-7kq2", "m-9p0c", "m-51d0", "m-2f61", "", "", "m-8t7d"]
        );
        assert_eq!(loose, ["d-41ac", "d-41ad", "d-41ae"]);
        let text = "<table><tr><td>“one”<td><a href='fonds:m-7kq2'>letter</a><tr><td>[m-9p0c]</td><td>“two”</td></tr>\
                    </table><p><a href='fonds:m-51d0'>letter</a></p>";
        let (quoted, loose) = pins(text, DraftFormat::Html);
        assert_eq!(quoted, ["m-7kq2", "m-9p0c"]);
        assert_eq!(loose, ["m-51d0"]);
    }
}
