//! What a file tells of who made it, with what and where: in office files, pictures and PDF files, as far as it stands there
//! openly.
//!
//! Not looked into: what a PDF file keeps compressed or enciphered (its description as XMP mostly stands openly beside
//! that; the reader of PDF files bounds neither memory nor time, and there may be many), the office files of before 2007
//! (.doc, .xls, .ppt), and what lies beyond the first 64 MiB of a picture or PDF file.

use std::collections::HashSet;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Cursor;
use std::io::Read as _;

use exif::In;
use exif::Tag;
use exif::Value;
use memchr::memmem;
use quick_xml::Reader;
use quick_xml::events::Event;

use super::places::Place;
use super::readings::decoded;
use crate::archive::Archive;
use crate::archive::Card;
use crate::covered::look_in_office;

/// Bytes of an office file's description that are read.
const DESCRIPTION: u64 = 1 << 20;

/// Bytes of a picture or PDF file that are looked through.
const MOST_READ: u64 = 64 << 20;

/// Bytes of one name in a PDF file.
const LONGEST: usize = 4096;

/// Bytes of the two numbers by which a PDF file names one of its objects.
const LONGEST_NUMBERS: usize = 32;

/// Bytes of the fields of the press in a picture.
const LONGEST_RESOURCE: usize = 64 << 10;

/// Names of one file.
const MOST: usize = 100;

/// An author as Windows writes it, in UTF-16.
const WINDOWS_AUTHOR: Tag = Tag(exif::Context::Tiff, 0x9c9d);

/// A name or number, and what it is.
type Told = (String, &'static str);

/// What a document says itself.
#[derive(Debug, Default)]
pub(super) struct Makers {
    /// Who made it and with whose machine.
    pub(super) told: Vec<Told>,
    /// Where it was taken.
    pub(super) places: Vec<Place>,
}

/// Who made a document, with whose machine and where, as it says itself.
pub(super) fn told(archive: &Archive, card: &Card) -> Option<Makers> {
    let mut start = Vec::new();
    let reader = archive.reader(&card.sha256).ok()?;
    reader.take(1024).read_to_end(&mut start).ok()?;
    if start.starts_with(b"PK\x03\x04") {
        return Some(Makers {
            told: of_office_file(archive, card)?,
            ..Makers::default()
        });
    }
    let is_pdf = memmem::find(&start, b"%PDF-").is_some();
    let is_picture =
        infer::get(&start).is_some_and(|it| it.matcher_type() == infer::MatcherType::Image);
    if !is_pdf && !is_picture {
        return None;
    }
    let mut bytes = Vec::new();
    let reader = archive.reader(&card.sha256).ok()?;
    reader.take(MOST_READ).read_to_end(&mut bytes).ok()?;
    let mut found = of_xmp(&bytes);
    if is_pdf {
        found.told.extend(of_pdf(&bytes));
    } else {
        of_picture(&bytes, &mut found);
    }
    Some(found)
}

/// Who made an office file, who saved it last, and who is named in its changes and comments.
fn of_office_file(archive: &Archive, card: &Card) -> Option<Vec<Told>> {
    let mut bytes = Vec::new();
    let reader = archive.reader(&card.sha256).ok()?;
    reader.take(MOST_READ).read_to_end(&mut bytes).ok()?;
    let named = look_in_office(&bytes).ok().flatten().unwrap_or_default();
    let named = named.names.into_iter();
    let reader = archive.reader(&card.sha256).ok()?;
    let mut zip = zip::ZipArchive::new(BufReader::new(reader)).ok()?;
    let mut found: Vec<Told> = named
        .map(|name| (name, "who changed or commented on the text"))
        .collect();
    let members: Vec<String> = zip
        .file_names()
        .filter_map(|name| Some(name.ok()?.into_owned()))
        .filter(|name| is_description(name))
        .take(MOST)
        .collect();
    for member in members {
        if let Ok(file) = zip.by_name(&member) {
            found.extend(described(BufReader::new(file.take(DESCRIPTION))));
        }
    }
    Some(found)
}

/// Whether a part of an office file describes it. Part names are told apart without regard to case, and which folder it is
/// in is for the file to say.
fn is_description(part: &str) -> bool {
    let name = part.rsplit('/').next().unwrap_or(part);
    ["core.xml", "app.xml", "meta.xml"]
        .iter()
        .any(|one| name.eq_ignore_ascii_case(one))
}

/// Whom a description of an office file names, by the names of the elements without their prefixes. What stands before a
/// fault in it counts.
fn described(part: impl BufRead) -> Vec<Told> {
    let mut reader = Reader::from_reader(part);
    let mut buffer = Vec::new();
    let mut found = Vec::new();
    // The element that names somebody, and what has been read of the name.
    let mut open: Option<Told> = None;
    while found.len() < MOST {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(tag)) => {
                open = match tag.local_name().as_ref() {
                    "creator" | "initial-creator" => Some("the author"),
                    "lastModifiedBy" => Some("who saved last"),
                    "Company" => Some("the company"),
                    "Manager" => Some("who is in charge"),
                    _ => None,
                }
                .map(|what| (String::new(), what));
            }
            Ok(Event::End(_)) => found.extend(open.take().filter(|(name, _)| !name.is_empty())),
            Ok(Event::Text(text)) => {
                if let Some((name, _)) = &mut open {
                    name.push_str(&text);
                }
            }
            Ok(Event::CData(text)) => {
                if let Some((name, _)) = &mut open {
                    name.push_str(&text);
                }
            }
            // Some character that is written by its number or name.
            Ok(Event::GeneralRef(letter)) => {
                if let Some((name, _)) = &mut open {
                    name.push_str(&decoded(&format!("&{};", &*letter)));
                }
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    found
}

/// The owner of the camera, the numbers by which it is known (Exif 2.32, 4.6.4 and 4.6.5), and where it was.
fn of_picture(bytes: &[u8], makers: &mut Makers) {
    makers.told.extend(of_iptc(bytes));
    let Ok(exif) = exif::Reader::new().read_from_container(&mut Cursor::new(bytes)) else {
        return;
    };
    makers.places.extend(Place::of_exif(&exif));
    let found = &mut makers.told;
    for (tag, what) in [
        (Tag::Artist, "the author"),
        (WINDOWS_AUTHOR, "the author"),
        (Tag::Copyright, "who has the rights"),
        (Tag::CameraOwnerName, "the owner of the camera"),
        (Tag::BodySerialNumber, "the number of the camera"),
        (Tag::LensSerialNumber, "the number of the lens"),
        (Tag::Model, "the model of the camera"),
        (Tag::LensModel, "the model of the lens"),
        (Tag(exif::Context::Tiff, 0x13c), "the computer"),
    ] {
        match exif.get_field(tag, In::PRIMARY).map(|field| &field.value) {
            Some(Value::Ascii(names)) => found.extend(
                names
                    .iter()
                    .map(|name| (String::from_utf8_lossy(name).into_owned(), what)),
            ),
            Some(Value::Byte(bytes)) => found.push((utf16(bytes, u16::from_le_bytes), what)),
            _ => {}
        }
    }
}

/// Whom the fields of the press in a picture name (IPTC-NAA Information Interchange Model 4, 6; Photoshop's resource 0x0404
/// in an APP13 segment or a TIFF tag). The fields are looked for as they are written, and no structure is relied on.
fn of_iptc(bytes: &[u8]) -> Vec<Told> {
    let mut found = Vec::new();
    for at in memmem::find_iter(bytes, b"8BIM\x04\x04").take(MOST) {
        let resource = bytes.get(at..).unwrap_or_default();
        let resource = &resource[..resource.len().min(LONGEST_RESOURCE)];
        for at in memmem::find_iter(resource, b"\x1c\x02") {
            let what = match resource.get(at + 2) {
                Some(80) => "the author",
                Some(116) => "who has the rights",
                Some(118) => "whom to ask",
                Some(122) => "who wrote the caption",
                _ => continue,
            };
            let Some([high, low]) = resource.get(at + 3..at + 5) else {
                continue;
            };
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            let value = resource.get(at + 5..at + 5 + length);
            if let Some(value) = value.filter(|_| found.len() < MOST) {
                let latin = || value.iter().map(|byte| char::from(*byte)).collect();
                let name = std::str::from_utf8(value).map_or_else(|_| latin(), str::to_owned);
                found.push((name, what));
            }
        }
    }
    found
}

/// What a description in XMP tells of the camera, by the names that its properties mostly have.
const OF_CAMERA: [(&str, &str); 8] = [
    ("aux:OwnerName", "the owner of the camera"),
    ("exifEX:CameraOwnerName", "the owner of the camera"),
    ("aux:SerialNumber", "the number of the camera"),
    ("exifEX:BodySerialNumber", "the number of the camera"),
    ("aux:LensSerialNumber", "the number of the lens"),
    ("exifEX:LensSerialNumber", "the number of the lens"),
    ("tiff:Model", "the model of the camera"),
    ("tiff:Artist", "the author"),
];

/// What a description in XMP tells: creators, camera, place.
fn of_xmp(bytes: &[u8]) -> Makers {
    let mut told = creators(bytes);
    for (name, what) in OF_CAMERA {
        told.extend(property(bytes, name).map(|value| (value, what)));
    }
    let latitudes = property(bytes, "exif:GPSLatitude");
    let places = latitudes.zip(property(bytes, "exif:GPSLongitude"));
    let places = places.filter_map(|(one, other)| Place::of_xmp(&one, &other));
    Makers {
        told,
        places: places.collect(),
    }
}

/// The values of a plain property of XMP, which stands there as an attribute or as an element.
fn property(bytes: &[u8], name: &'static str) -> impl Iterator<Item = String> {
    let all = memmem::find_iter(bytes, name).filter_map(move |at| {
        let rest = bytes.get(at + name.len()..)?;
        let rest = rest.get(..rest.len().min(LONGEST))?.trim_ascii_start();
        let (first, rest) = rest.split_first()?;
        let (end, value) = match first {
            b'>' => (b'<', rest),
            b'=' => {
                let (quote, value) = rest.trim_ascii_start().split_first()?;
                (*quote, value)
            }
            _ => return None,
        };
        let value = value.get(..memchr::memchr(end, value)?)?;
        // Behind the tag that ends an element nothing is its value.
        let is_end = at > 0 && bytes.get(at - 1) == Some(&b'/');
        (!is_end).then(|| decoded(&String::from_utf8_lossy(value)))
    });
    all.take(MOST)
}

/// The creators in a description in XMP (ISO 16684-1), which stands in pictures and PDF files as plain XML.
fn creators(bytes: &[u8]) -> Vec<Told> {
    let mut found = Vec::new();
    for at in memmem::find_iter(bytes, b"<dc:creator>").take(MOST) {
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(end) = memmem::find(rest, b"</dc:creator>").filter(|end| *end < LONGEST) else {
            continue;
        };
        let inside = String::from_utf8_lossy(rest.get(..end).unwrap_or_default()).into_owned();
        let items = inside.split("<rdf:li").skip(1);
        let names = items.filter_map(|item| Some(item.split_once('>')?.1.split_once('<')?.0));
        found.extend(names.map(|name| (decoded(name), "the author")));
    }
    found
}

/// The author in the information dictionary of a PDF file (ISO 32000-1, 14.3.3).
fn of_pdf(bytes: &[u8]) -> Vec<Told> {
    let key = b"/Author";
    let mut names = Vec::new();
    // Where a name is an object of its own, that is named.
    let mut elsewhere = HashSet::new();
    for at in memmem::find_iter(bytes, key) {
        let value = bytes.get(at + key.len()..).unwrap_or_default();
        let value = value.trim_ascii_start();
        if names.len() < MOST {
            names.extend(string_of_pdf(value));
        }
        if elsewhere.len() < MOST {
            elsewhere.extend(reference_of_pdf(value));
        }
    }
    if !elsewhere.is_empty() {
        for at in memmem::find_iter(bytes, b"obj") {
            let before = bytes.get(at.saturating_sub(LONGEST_NUMBERS)..at);
            let wanted = before.and_then(last_numbers);
            if wanted.is_some_and(|wanted| elsewhere.contains(&wanted)) && names.len() < 2 * MOST {
                let value = bytes.get(at + 3..).unwrap_or_default();
                names.extend(string_of_pdf(value.trim_ascii_start()));
            }
        }
    }
    let names = names.into_iter();
    names
        .map(|name| (text_of_pdf(&name), "the author"))
        .collect()
}

/// The object that a value names, by its number and generation: `5 0 R` (ISO 32000-1, 7.3.10).
fn reference_of_pdf(bytes: &[u8]) -> Option<(u64, u64)> {
    let bytes = bytes.get(..bytes.len().min(LONGEST_NUMBERS))?;
    let end = memchr::memchr(b'R', bytes)?;
    let reference = bytes.get(..end)?;
    let is_one = |it: &u8| it.is_ascii_digit() || it.is_ascii_whitespace();
    last_numbers(reference).filter(|_| reference.iter().all(is_one))
}

/// The last two numbers, with nothing but space behind them.
fn last_numbers(bytes: &[u8]) -> Option<(u64, u64)> {
    let (generation, before) = last_number(bytes.trim_ascii_end())?;
    let (number, _) = last_number(before.trim_ascii_end())?;
    (before.len() > before.trim_ascii_end().len()).then_some((number, generation))
}

/// The number at the end, and what stands before it.
fn last_number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let digits = bytes.iter().rev().take_while(|it| it.is_ascii_digit());
    let (before, number) = bytes.split_at_checked(bytes.len() - digits.count())?;
    Some((std::str::from_utf8(number).ok()?.parse().ok()?, before))
}

/// A string of a PDF file as it stands there (ISO 32000-1, 7.3.4).
fn string_of_pdf(bytes: &[u8]) -> Option<Vec<u8>> {
    let (first, inside) = bytes.split_first()?;
    let inside = inside.get(..inside.len().min(LONGEST))?;
    match first {
        b'<' => {
            let end = memchr::memchr(b'>', inside)?;
            let mut digits: Vec<u8> = inside[..end].to_vec();
            digits.retain(|digit| !digit.is_ascii_whitespace());
            if digits.len() % 2 == 1 {
                digits.push(b'0');
            }
            hex::decode(digits).ok()
        }
        b'(' => {
            let mut string = Vec::new();
            let mut open = 1;
            let mut letters = inside.iter().copied().peekable();
            while let Some(letter) = letters.next() {
                match letter {
                    b'(' => open += 1,
                    b')' => open -= 1,
                    _ => {}
                }
                if open == 0 {
                    return Some(string);
                }
                if letter != b'\\' {
                    string.push(letter);
                    continue;
                }
                match letters.next()? {
                    b'n' => string.push(b'\n'),
                    b'r' => string.push(b'\r'),
                    b't' => string.push(b'\t'),
                    b'\n' => {}
                    digit @ b'0'..=b'7' => {
                        let mut code = u32::from(digit - b'0');
                        for _ in 0..2 {
                            if let Some(digit @ b'0'..=b'7') = letters.peek() {
                                code = code * 8 + u32::from(digit - b'0');
                                letters.next();
                            }
                        }
                        string.push(u8::try_from(code & 0xff).unwrap_or_default());
                    }
                    other => string.push(other),
                }
            }
            None
        }
        _ => None,
    }
}

/// A string of a PDF file as words: UTF-16 or UTF-8 where it says so, else taken for Latin-1.
fn text_of_pdf(string: &[u8]) -> String {
    if let Some(wide) = string.strip_prefix(b"\xfe\xff") {
        return utf16(wide, u16::from_be_bytes);
    }
    match string.strip_prefix(b"\xef\xbb\xbf") {
        Some(text) => String::from_utf8_lossy(text).into_owned(),
        None => string.iter().map(|byte| char::from(*byte)).collect(),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units: Vec<u16> = bytes
        .as_chunks::<2>()
        .0
        .iter()
        .map(|pair| unit(*pair))
        .collect();
    let text = String::from_utf16_lossy(&units);
    text.trim_end_matches('\0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(told: &[Told]) -> Vec<&str> {
        told.iter().map(|(name, _)| name.as_str()).collect()
    }

    #[test]
    fn the_author_of_a_pdf_is_read_however_it_is_written() {
        let pdf = b"%PDF-1.7\n1 0 obj<</Author(Ulla \\(of the pier\\) Mark)>>endobj\n\
            2 0 obj << /Author <FEFF0050006500720020 0048006F006C006D> >>\n\
            3 0 obj << /Author (Ren\\351e (the younger)) >> 4 0 obj <</Author 5 0 R>> <</Author (never ends";
        assert_eq!(
            names(&of_pdf(pdf)),
            [
                "Ulla (of the pier) Mark",
                "Per Holm",
                "Ren\u{e9}e (the younger)"
            ]
        );
        let xmp = b"<x><dc:creator><rdf:Seq><rdf:li>R&amp;D desk</rdf:li><rdf:li xml:lang=\"x\">Nora</rdf:li></rdf:Seq></dc:creator>";
        assert_eq!(names(&of_xmp(xmp).told), ["R&D desk", "Nora"]);
        assert!(of_xmp(b"<dc:creator><rdf:li>").told.is_empty());
    }

    #[test]
    fn the_author_of_a_pdf_is_read_where_it_is_an_object_of_its_own() {
        let pdf = b"%PDF-1.3\n3 0 obj\n<< /Title 4 0 R /Author 15 0 R >>\nendobj\n4 0 obj\n(memo)\nendobj\n\
            15 0 obj\n(Hanne Solberg)\nendobj\n5 0 obj\n(another)\nendobj\n15 1 obj (an older one) endobj\n<</Author 9 R>>";
        assert_eq!(names(&of_pdf(pdf)), ["Hanne Solberg"]);
        for end in 0..pdf.len() {
            of_pdf(&pdf[..end]);
        }
    }

    #[test]
    fn descriptions_of_office_files_are_read_as_xml() {
        let core = "<cp:coreProperties><dc:title>Pier</dc:title><dc:creator xml:lang=\"en\">Ulla &amp; Mark</dc:creator>\
            <cp:lastModifiedBy >Per Holm</cp:lastModifiedBy><dc:creator/></cp:coreProperties>";
        assert_eq!(
            names(&described(core.as_bytes())),
            ["Ulla & Mark", "Per Holm"]
        );
        let app = "<Properties><Company><![CDATA[R&D desk]]></Company><x:Manager xmlns:x='p'>Nora Lunde</x:Manager><Cut>";
        assert_eq!(
            names(&described(app.as_bytes())),
            ["R&D desk", "Nora Lunde"]
        );
        assert!(is_description("DocProps/App.xml") && is_description("meta.xml"));
        assert!(!is_description("word/document.xml"));
    }

    #[test]
    fn the_fields_of_the_press_in_a_picture_name_its_author() {
        let field = |number: u8, value: &[u8]| {
            let length = u16::try_from(value.len()).unwrap().to_be_bytes();
            [&[0x1c, 2, number][..], &length, value].concat()
        };
        let fields = [
            field(5, b"Pier"),
            field(80, b"Ilse Brandt"),
            field(116, b"Brandt Foto"),
            field(122, b"Ren\xe9e Holm"),
        ]
        .concat();
        let jpeg = [
            &b"\xff\xd8\xff\xed\0\0Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x20"[..],
            &fields,
        ]
        .concat();
        assert_eq!(
            names(&taken(&jpeg).told),
            ["Ilse Brandt", "Brandt Foto", "Ren\u{e9}e Holm"]
        );
        for end in 0..jpeg.len() {
            taken(&jpeg[..end]);
        }
    }

    fn taken(bytes: &[u8]) -> Makers {
        let mut found = Makers::default();
        of_picture(bytes, &mut found);
        found
    }

    #[test]
    fn camera_and_place_are_read_from_xmp_as_attribute_and_as_element() {
        let attributes = b"<rdf:Description aux:SerialNumber=\"0420\" aux:OwnerName = 'R&amp;D'\n\
            exif:GPSLatitude=\"59,54.834N\" exif:GPSLongitude=\"10,45.132E\" tiff:Model=\"Pier 5\"/>";
        let elements =
            b"<exifEX:BodySerialNumber>0420</exifEX:BodySerialNumber> <exif:GPSLatitude>59,54.834N\
            </exif:GPSLatitude><exif:GPSLongitude>10,45.132E</exif:GPSLongitude>";
        let found = of_xmp(attributes);
        assert_eq!(names(&found.told), ["R&D", "0420", "Pier 5"]);
        for found in [found, of_xmp(elements)] {
            assert!(names(&found.told).contains(&"0420"));
            let places: Vec<String> = found.places.iter().map(|it| it.words()).collect();
            assert_eq!(places, ["59.91390 N, 10.75220 E"]);
        }
        for broken in [
            "aux:SerialNumber",
            "aux:SerialNumber=",
            "aux:SerialNumber=\"04",
            "tiff:Model>x",
        ] {
            assert!(of_xmp(broken.as_bytes()).told.is_empty(), "{broken}");
        }
    }

    /// A picture that is nothing but its description: each tag with its text.
    fn picture(tags: &[(u16, u16, &[u8])]) -> Vec<u8> {
        let count = u16::try_from(tags.len()).unwrap();
        let mut table = b"II*\0\x08\0\0\0".to_vec();
        table.extend(count.to_le_bytes());
        let mut values: Vec<u8> = Vec::new();
        let behind = 8 + 2 + 12 * u32::from(count) + 4;
        for (tag, sort, value) in tags {
            table.extend(tag.to_le_bytes());
            table.extend(sort.to_le_bytes());
            table.extend(u32::try_from(value.len()).unwrap().to_le_bytes());
            let at = behind + u32::try_from(values.len()).unwrap();
            table.extend(at.to_le_bytes());
            values.extend_from_slice(value);
        }
        table.extend([0; 4]);
        table.extend(values);
        table
    }

    #[test]
    fn the_owner_of_a_picture_is_read_and_a_broken_one_tells_nothing() {
        let bytes = picture(&[
            (0x13b, 2, b"Ulla Mark\0"),
            (0x13c, 2, b"ulla-laptop\0"),
            (0x9c9d, 1, b"P\0e\0r\0 \0H\0o\0l\0m\0\0\0"),
        ]);
        assert_eq!(
            names(&taken(&bytes).told),
            ["Ulla Mark", "Per Holm", "ulla-laptop"]
        );
        for end in 0..bytes.len() {
            taken(&bytes[..end]);
        }
        assert!(taken(b"GIF89a").told.is_empty());
    }
}
