//! What counts as hidden, on pages of one line each. What is expected follows from the widths of Helvetica.

use fonds::covered::Covered;
use fonds::covered::NotLooked;
use fonds::covered::Why;
use fonds::covered::is_pdf;
use fonds::covered::look;

use super::bare::TestResult;
use super::paper::BOX;
use super::paper::LINE;
use super::paper::Paper;

/// What the page hides, in its order.
fn hidden(paper: &Paper) -> TestResult<Vec<String>> {
    Ok(look(paper.bytes())?
        .into_iter()
        .map(|piece| piece.text)
        .collect())
}

/// What is hidden where the content is this.
fn under(content: &str) -> TestResult<Vec<String>> {
    hidden(&Paper::new(content))
}

const NOTHING: [&str; 0] = [];

#[test]
fn text_under_a_box_is_found_with_its_page_place_and_length() -> TestResult {
    let found = look(Paper::new(&format!("{LINE}{BOX}")).bytes())?;
    let [
        Covered {
            page: 1,
            area,
            why: Why::Hidden,
            characters: 7,
            text,
        },
    ] = found.as_slice()
    else {
        return Err(format!("{found:?}").into());
    };
    assert_eq!(text, "PerHolm");
    // From the upper left corner: the line stands at 792 - 700 = 92, capitals are 0.718 of 12 points high.
    let wanted = [72.9, 83.3, 121.4, 92.2];
    for (is, wanted) in area.iter().zip(wanted) {
        assert!((is - wanted).abs() < 0.7, "{area:?}");
    }
    Ok(())
}

#[test]
fn text_that_is_drawn_after_the_box_is_seen() -> TestResult {
    let content = format!("0.8 g 70 696 53.5 14 re f 0 g {LINE}");
    assert_eq!(under(&content)?, NOTHING);
    assert_eq!(under(LINE)?, NOTHING);
    Ok(())
}

#[test]
fn text_in_the_colour_of_the_box_it_stands_on_is_found() -> TestResult {
    let white = format!("{BOX} 1 g {LINE}");
    assert_eq!(under(&white)?, NOTHING);
    let black = format!("{BOX} 0 g {LINE}");
    assert_eq!(under(&black)?, ["PerHolm"]);
    // A letter of its own box between them is seen.
    let between = format!("{BOX} 1 g 70 696 53.5 14 re f 0 g {LINE}");
    assert_eq!(under(&between)?, NOTHING);
    Ok(())
}

#[test]
fn a_box_of_any_colour_hides_and_one_that_light_comes_through_does_not() -> TestResult {
    let white = format!("{LINE} 1 g 70 696 53.5 14 re f");
    assert_eq!(under(&white)?, ["PerHolm"]);
    let marker = Paper::new(&format!("{LINE} /G gs 1 1 0 rg 70 696 53.5 14 re f"));
    let thin = marker.resources("/ExtGState << /G << /ca 0.4 >> >>");
    assert_eq!(hidden(&thin)?, NOTHING);
    let mixed = |colour: &str| {
        Paper::new(&format!("{LINE} /G gs {colour} 70 696 53.5 14 re f"))
            .resources("/ExtGState << /G << /BM /Multiply >> >>")
    };
    assert_eq!(hidden(&mixed("1 1 0 rg"))?, NOTHING);
    assert_eq!(hidden(&mixed("0.05 g"))?, ["PerHolm"]);
    Ok(())
}

#[test]
fn a_page_that_is_turned_or_cut_shows_the_same() -> TestResult {
    let content = format!("{LINE}{BOX}");
    for turned in [
        "/Rotate 90",
        "/Rotate 180",
        "/Rotate 270",
        "/CropBox [50 50 600 750]",
    ] {
        assert_eq!(
            hidden(&Paper::new(&content).about(turned))?,
            ["PerHolm"],
            "{turned}"
        );
    }
    let found = look(Paper::new(&content).about("/Rotate 90").bytes())?;
    // Turned to the right, what stood 700 points above the lower edge stands 700 points from the left one.
    let [left, top, right, bottom] = found[0].area;
    assert!(left > 699.0 && right < 710.0, "{left} {right}");
    assert!(top > 71.0 && bottom < 124.0, "{top} {bottom}");
    Ok(())
}

#[test]
fn text_that_runs_upwards_is_found() -> TestResult {
    let content =
        "BT /F 12 Tf 0 1 -1 0 300 100 Tm (Per Holm signed it) Tj ET 0 g 290 98 14 53.5 re f";
    assert_eq!(under(content)?, ["PerHolm"]);
    Ok(())
}

#[test]
fn boxes_and_text_inside_of_forms_are_found() -> TestResult {
    let form = "/Type /XObject /Subtype /Form /BBox [0 0 100 20]";
    let with_box = Paper::new(&format!("{LINE} q 1 0 0 1 70 696 cm /X Do Q"))
        .resources("/XObject << /X 10 0 R >>")
        .stream(form, b"0 g 0 0 53.5 14 re f");
    assert_eq!(hidden(&with_box)?, ["PerHolm"]);
    let text = format!("{form} /Resources << /Font << /F 5 0 R >> >>").replace("100 20", "612 792");
    let with_text = Paper::new(&format!("/X Do {BOX}"))
        .resources("/XObject << /X 10 0 R >>")
        .stream(&text, LINE.as_bytes());
    assert_eq!(hidden(&with_text)?, ["PerHolm"]);
    // The form is cut off at its own edge: what of the box lies outside is not drawn.
    let cut = Paper::new(&format!("{LINE} q 1 0 0 1 70 696 cm /X Do Q"))
        .resources("/XObject << /X 10 0 R >>")
        .stream(&form.replace("100 20", "100 3"), b"0 g 0 0 53.5 14 re f");
    assert_eq!(hidden(&cut)?, NOTHING);
    Ok(())
}

#[test]
fn annotations_that_cover_are_found_and_marks_that_were_not_carried_out() -> TestResult {
    let noted = |annotation: &str| {
        Paper::new(LINE)
            .about("/Annots [10 0 R]")
            .object(&format!(
                "<< /Type /Annot /Rect [70 696 123.5 710] {annotation} >>"
            ))
            .stream(
                "/Type /XObject /Subtype /Form /BBox [0 0 53.5 14]",
                b"0 g 0 0 53.5 14 re f",
            )
    };
    for covers in [
        "/Subtype /Square /AP << /N 11 0 R >>",
        "/Subtype /Stamp /AP << /N 11 0 R >>",
        "/Subtype /Square /IC [0 0 0]",
        "/Subtype /Highlight /C [0 0 0]",
        "/Subtype /Highlight /C [0 0 0 1] /QuadPoints [70 710 123.5 710 70 696 123.5 696]",
    ] {
        assert_eq!(hidden(&noted(covers))?, ["PerHolm"], "{covers}");
    }
    for shows in [
        "/Subtype /Square /F 2 /AP << /N 11 0 R >>",
        "/Subtype /Square /C [0 0 0]",
        "/Subtype /Square /IC [0 0 0] /CA 0.3",
        "/Subtype /Highlight /C [1 1 0]",
        "/Subtype /Link",
    ] {
        assert_eq!(hidden(&noted(shows))?, NOTHING, "{shows}");
    }
    let marked = look(noted("/Subtype /Redact").bytes())?;
    assert_eq!(marked.len(), 1);
    assert_eq!(
        (marked[0].why, marked[0].text.as_str()),
        (Why::Marked, "PerHolm")
    );
    Ok(())
}

#[test]
fn what_is_cut_off_from_the_box_hides_nothing() -> TestResult {
    let elsewhere = format!("{LINE} q 300 300 20 20 re W n {BOX} Q");
    assert_eq!(under(&elsewhere)?, NOTHING);
    let half = format!("{LINE} q 70 696 22 14 re W n {BOX} Q");
    assert_eq!(under(&half)?, ["Per"]);
    Ok(())
}

#[test]
fn the_shape_counts_and_not_the_rectangle_around_it() -> TestResult {
    // A frame: the inner part runs the other way, so it is not filled. It is left open, which filling closes.
    let frame = format!("{LINE} 0 g 60 690 80 30 re 61 719 m 139 719 l 139 691 l 61 691 l f");
    assert_eq!(under(&frame)?, NOTHING);
    let even = format!("{LINE} 0 g 60 690 80 30 re 61 691 78 28 re f*");
    assert_eq!(under(&even)?, NOTHING);
    let triangle = format!("{LINE} 0 g 60 690 m 60 800 l 300 690 l f");
    assert_eq!(under(&triangle)?, ["PerHolmsignedit"]);
    let beside = format!("{LINE} 0 g 60 690 m 300 800 l 300 690 l f");
    assert!(!under(&beside)?.concat().contains("Per"));
    Ok(())
}

#[test]
fn thick_lines_and_strips_hide_and_a_thin_line_does_not() -> TestResult {
    let line = |width: u32| format!("{LINE} 0 G {width} w 70 703 m 123.5 703 l S");
    assert_eq!(under(&line(14))?, ["PerHolm"]);
    assert_eq!(under(&line(2))?, NOTHING);
    let strips: Vec<String> = (0..14)
        .map(|at| format!("70 {} 53.5 1 re f\n", 696 + at))
        .collect();
    let strips = strips.concat();
    assert_eq!(under(&format!("{LINE} 0 g {strips}"))?, ["PerHolm"]);
    // Hatched: a box with lines on it is a box.
    let hatched = format!("{LINE}{BOX} 0.4 G 70 696 m 123 710 l S 70 710 m 123 696 l S");
    assert_eq!(under(&hatched)?, ["PerHolm"]);
    Ok(())
}

#[test]
fn a_picture_of_one_colour_is_a_box_and_a_picture_is_not() -> TestResult {
    let picture = |about: &str, bytes: &[u8]| {
        Paper::new(&format!("{LINE} q 53.5 0 0 14 70 696 cm /X Do Q"))
            .resources("/XObject << /X 10 0 R >>")
            .stream(&format!("/Type /XObject /Subtype /Image {about}"), bytes)
    };
    let grey = "/Width 2 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8";
    assert_eq!(hidden(&picture(grey, &[0, 0]))?, ["PerHolm"]);
    assert_eq!(hidden(&picture(grey, &[0, 255]))?, NOTHING);
    let stencil = "/Width 8 /Height 1 /ImageMask true /BitsPerComponent 1";
    assert_eq!(hidden(&picture(stencil, &[0]))?, ["PerHolm"]);
    assert_eq!(hidden(&picture(stencil, &[0b0101_0101]))?, NOTHING);
    // What was scanned is laid over its own text.
    let scan = Paper::new(&format!("{LINE}{BOX} q 612 0 0 792 0 0 cm /X Do Q"))
        .resources("/XObject << /X 10 0 R >>")
        .stream(&format!("/Type /XObject /Subtype /Image {grey}"), &[0, 255]);
    assert_eq!(hidden(&scan)?, NOTHING);
    Ok(())
}

#[test]
fn invisible_text_under_a_box_is_found() -> TestResult {
    let read = "BT /F 12 Tf 3 Tr 72 700 Td (Per Holm signed it) Tj ET\n";
    assert_eq!(under(&format!("{read}{BOX}"))?, ["PerHolm"]);
    assert_eq!(under(read)?, NOTHING);
    Ok(())
}

#[test]
fn what_is_drawn_again_on_top_can_be_read() -> TestResult {
    let again = format!("{LINE} 0.9 g 70 696 53.5 14 re f 0 g {LINE}");
    assert_eq!(under(&again)?, NOTHING);
    let other =
        format!("{LINE} 0 g 70 696 53.5 14 re f 1 g BT /F 12 Tf 72 700 Td ([left out]) Tj ET");
    assert_eq!(under(&other)?, ["PerHolm"]);
    // Bold by drawing twice is one text.
    let twice = format!("{LINE} {} {BOX}", LINE.replace("72 700", "72.3 700"));
    assert_eq!(under(&twice)?, ["PerHolm"]);
    Ok(())
}

#[test]
fn what_tells_nothing_is_not_told() -> TestResult {
    let line = |text: &str| format!("BT /F 12 Tf 72 700 Td ({text}) Tj ET 0 g 70 690 500 30 re f");
    for nothing in ["   ", ". , -", "X", "(XXXXXXXX)", "___"] {
        let nothing = nothing.replace('(', "\\(").replace(')', "\\)");
        assert_eq!(under(&line(&nothing))?, NOTHING, "{nothing}");
    }
    for told in ["42", "XY", "0000"] {
        assert_eq!(under(&line(told))?, [told]);
    }
    Ok(())
}

/// What a file says of dates in boxes: each a text, its size, and whether it is drawn on its box or lies under it.
fn dates(texts: &[(&str, f64, bool)]) -> TestResult<Vec<(String, Why)>> {
    let lines = texts.iter().enumerate().map(|(at, (text, size, is_on))| {
        let y = 700 - 40 * at;
        let text = format!("BT /F {size} Tf 72 {y} Td ({text}) Tj ET ");
        let drawn = format!("0 g 70 {} 500 20 re f ", y - 5);
        if *is_on { drawn + &text } else { text + &drawn }
    });
    let content: String = lines.collect();
    let found = look(Paper::new(&content).bytes())?;
    Ok(found
        .into_iter()
        .map(|piece| (piece.text, piece.why))
        .collect())
}

#[test]
fn one_date_on_boxes_as_large_as_each_lets_it_be_is_a_stamp_and_told_apart() -> TestResult {
    const DATE: &str = "03/23/2019";
    let fitted = [
        (DATE, 8.0, true),
        (DATE, 5.0, true),
        (DATE, 4.0, true),
        ("03/23/2", 7.0, true),
    ];
    let found = dates(&fitted)?;
    assert!(found.iter().all(|(_, why)| *why == Why::Stamp), "{found:?}");
    let text: String = found.into_iter().map(|(text, _)| text).collect();
    assert_eq!(text, DATE.repeat(3) + "03/23/2");
    // Whatever is not all of this was redacted, and is told: dates of the size of the text, on their boxes or under them;
    // dates of several sizes under their boxes; of two sizes; one date beside another; one beside other words.
    let mut one_under = fitted;
    one_under[2].2 = false;
    let mut one_other = fitted;
    one_other[3].0 = "05/01/1980";
    for redacted in [
        vec![(DATE, 12.0, false); 5],
        vec![(DATE, 12.0, true); 5],
        vec![(DATE, 12.0, true), (DATE, 12.1, true), (DATE, 12.2, true)],
        fitted.map(|(text, size, _)| (text, size, false)).to_vec(),
        vec![(DATE, 8.0, true), (DATE, 8.0, true), (DATE, 5.0, true)],
        one_under.to_vec(),
        one_other.to_vec(),
        vec![
            (DATE, 8.0, true),
            (DATE, 5.0, true),
            (DATE, 4.0, true),
            ("Per", 7.0, true),
        ],
    ] {
        let found = dates(&redacted)?;
        assert!(
            found.iter().all(|(_, why)| *why == Why::Hidden),
            "{found:?}"
        );
        let told: String = found.into_iter().map(|(text, _)| text).collect();
        let hidden: String = redacted.iter().map(|(text, ..)| *text).collect();
        assert_eq!(told, hidden);
    }
    Ok(())
}

#[test]
fn what_cannot_be_read_is_said_not_to_be_looked_through() {
    assert_eq!(look(b"%PDF-1.7\nnothing".to_vec()), Err(NotLooked::Damaged));
    assert_eq!(look(Vec::new()), Err(NotLooked::Damaged));
    let torn = Paper::new("").with_content("/Filter /DCTDecode", b"no picture");
    assert_eq!(look(torn), Err(NotLooked::Page(1)));
    let empty = Paper::new("").bytes();
    assert_eq!(look(empty), Ok(Vec::new()));
    assert!(is_pdf(b"\x00\x01%PDF-1.4"));
    assert!(!is_pdf(b"From the PDF"));
}

#[test]
fn too_much_is_said_to_be_too_much() {
    // A quarter of a million boxes on one page.
    let content = format!("{LINE} 0 g {}", "9 9 1 1 re f ".repeat(250_000));
    assert_eq!(
        look(Paper::new(&content).bytes()),
        Err(NotLooked::TooMuch(1))
    );
}
