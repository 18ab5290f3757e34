//! Tables that are not as their mapping has them: each flaw is told, and every row keeps its bytes.

use std::fmt::Write as _;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;

use fonds::ingest::read::Found;
use fonds::ingest::read::Input;
use fonds::ingest::read::Limits;
use fonds::ingest::read::Mapping;
use fonds::ingest::read::read;
use fonds::record::Kind;
use fonds::record::Message;
use proptest::prop_assert;
use proptest::prop_assert_eq;

use crate::support::Finds;
use crate::support::TestResult;
use crate::support::read_table;

fn mapping(text: &str) -> TestResult<Mapping> {
    Ok(Mapping::read(text)?)
}

fn posts() -> TestResult<Mapping> {
    mapping(
        "name = 'posts'\nformat = 'csv'\nrows = 'posts'\n[columns]\nid = 'id'\nfrom = 'who'\ntext = 'text'\n\
         time = 'at'\nlink = 'url'\n[time]\nzone = 'UTC'\n",
    )
}

fn lines() -> TestResult<Mapping> {
    mapping(
        "name = 'lines'\nformat = 'json-lines'\n[columns]\nid = 'id'\nfrom = '/user/name'\nto = 'to'\n\
         text = 'text'\ntime = 'at'\n",
    )
}

fn table(mapping: &Mapping, bytes: &[u8]) -> Finds {
    let finds = read_table(mapping, "harbor.csv", bytes, &Limits::default());
    let mut end = 0;
    for letter in &finds.letters {
        let (start, past) = (index(letter.span.start), index(letter.span.end));
        assert!(end <= start && start < past && past <= bytes.len());
        assert_eq!(&letter.raw[..], &bytes[start..past]);
        end = past;
    }
    finds
}

fn index(at: u64) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

fn texts(finds: &Finds) -> Vec<&str> {
    let messages = finds.letters.iter().map(|letter| &letter.message);
    messages
        .map(|message| message.text.as_deref().unwrap_or("-"))
        .collect()
}

fn senders(message: &Message) -> Vec<&str> {
    let senders = message.from.iter();
    senders
        .filter_map(|person| person.display.as_deref())
        .collect()
}

#[test]
fn each_row_is_a_message_with_the_bytes_that_it_is() -> TestResult {
    let bytes = "\u{feff}id,who,text,at,url\r\n7,nora,\"The harbor, he said,\r\nwas \"\"never\"\" safe &amp; sound\",\
                 2023-07-11T13:29:00Z,https://harbor.example/7\r\n\r\n8,peter,No.,2023-07-11 13:30,";
    let finds = table(&posts()?, bytes.as_bytes());
    assert!(finds.notices.is_empty(), "{:?}", finds.notices);
    assert_eq!(
        texts(&finds),
        [
            "The harbor, he said,\nwas \"never\" safe &amp; sound",
            "No."
        ]
    );
    let first = &finds.letters[0];
    assert!(first.raw.starts_with(b"7,nora,") && first.raw.ends_with(b"harbor.example/7"));
    assert_eq!(senders(&first.message), ["nora"]);
    assert_eq!(first.message.event.id.as_deref(), Some("7"));
    assert_eq!(first.message.links[0].url, "https://harbor.example/7");
    let conversation = first.message.conversation.as_ref().ok_or("none")?;
    assert_eq!(conversation.id, "harbor.csv: 7");
    assert_eq!(conversation.sort, "post");
    let second = &finds.letters[1];
    assert_eq!(second.raw, b"8,peter,No.,2023-07-11 13:30,");
    assert_eq!(second.message.at.zone_basis.as_deref(), Some("stated"));
    Ok(())
}

#[test]
fn objects_in_lines_give_members_of_members_and_lists() -> TestResult {
    let bytes = "\u{feff}{\"id\": 7, \"user\": {\"name\": \"Nora\"}, \"to\": [\"Peter\", \"Ines\"], \"text\": \"a\\nb\", \
                 \"at\": \"2023-07-11 13:29\"}\r\n\n  \n{\"text\": null, \"id\": 8}\n{\"text\": \"c\", \"text\": \"d\"}";
    let finds = table(&lines()?, bytes.as_bytes());
    assert_eq!(texts(&finds), ["a\nb", "-", "d"]);
    let first = &finds.letters[0].message;
    assert_eq!(senders(first), ["Nora"]);
    assert_eq!(first.to.len(), 2);
    assert_eq!(first.event.id.as_deref(), Some("7"));
    assert_eq!(first.at.zone, None);
    assert_eq!(
        finds.notices,
        [
            "JSON that can be read in several ways was read as each row says: 1 row, at byte 135",
            "without text: 1 row, at byte 111",
            "with a time of which neither they nor the mapping say the zone: 1 row, at byte 3",
        ]
    );
    Ok(())
}

#[test]
fn a_row_with_other_cells_than_the_first_is_nobodys_words() -> TestResult {
    let finds = table(
        &posts()?,
        b"id,who,text,at,url\n1,nora,Sold, and gone,2023-07-11,\n2,peter,Bought,2023-07-11,\n3,ines\n",
    );
    assert_eq!(
        texts(&finds),
        ["1,nora,Sold, and gone,2023-07-11,", "Bought", "3,ines"]
    );
    for letter in [&finds.letters[0], &finds.letters[2]] {
        assert!(letter.message.from.is_empty());
        assert_eq!(letter.message.at.earliest, None);
        assert_eq!(letter.message.event.sort, "unknown");
    }
    assert_eq!(
        finds.unread,
        [
            "with another number of cells than the first row, and not taken apart: 2 rows, at byte 19, 80"
        ]
    );
    Ok(())
}

#[test]
fn a_quotation_mark_that_is_never_closed_is_told_with_its_place() -> TestResult {
    for end in ["", "\n"] {
        let bytes = format!("id,who,text,at,url\n1,a,b,2023,\n2,a,\"b,2023,\n3,c,d,2023,{end}");
        let finds = table(&posts()?, bytes.as_bytes());
        let all = &bytes[31..];
        assert_eq!(finds.letters.len(), 2, "{end:?}");
        assert_eq!(texts(&finds)[1], all);
        assert!(finds.letters[1].message.from.is_empty());
        assert_eq!(
            finds.unread,
            [format!(
                "a quotation mark behind byte 31 is never closed: the last {} bytes are one row that was not taken apart",
                all.len()
            )]
        );
    }
    // Closed at the last byte, it is closed.
    let finds = table(&posts()?, b"id,who,text,at,url\n1,a,b,2023,\"x\"");
    assert!(finds.unread.is_empty());
    Ok(())
}

#[test]
fn first_rows_that_do_not_fit_are_said() -> TestResult {
    for (bytes, said) in [
        (
            "id,who,text,at,link\n",
            "there is no column \"url\" in its first row of 5 cells, which names \"id\", \"who\", \"text\", \"at\", \"link\"",
        ),
        (
            "id,who,text,at,url,text\n",
            "its first row names \"text\" twice: give the column that is meant by its number",
        ),
    ] {
        let finds = read_table(&posts()?, "x.csv", bytes.as_bytes(), &Limits::default());
        let error = finds.error.map(|error| error.to_string());
        assert_eq!(
            error.as_deref(),
            Some(format!("it is not the table that its mapping describes: {said}").as_str())
        );
    }
    let finds = table(&posts()?, b"id,who,text,at,url,x,x\n1,a,b,2023,,,\n");
    assert_eq!(finds.notices, ["its first row names \"x\" twice"]);
    let finds = table(&posts()?, b"id,who,text,at,url\r\n");
    assert_eq!(finds.notices, ["there is no row in it besides its first"]);
    let numbered = mapping(
        "name = 'n'\nformat = 'tsv'\nheader = false\n[columns]\ntext = 3\n[stated]\nfrom = 'Nora'\ntime = '2023-07-11'\n",
    )?;
    let finds = table(&numbered, b"1\tx\t\"Nora\" said\n2\ty\tno\n");
    assert_eq!(texts(&finds), ["\"Nora\" said", "no"]);
    assert_eq!(senders(&finds.letters[1].message), ["Nora"]);
    Ok(())
}

#[test]
fn bytes_that_are_not_utf_8_are_read_as_the_mapping_says_or_as_they_look() -> TestResult {
    let bytes = b"id,who,text,at,url\n1,nora,caf\xe9 au lait,2023,\n2,nora,caf\xc3\xa9,2023,\n";
    let finds = table(&posts()?, bytes);
    assert_eq!(texts(&finds), ["café au lait", "café"]);
    let [notice] = finds.notices.as_slice() else {
        return Err(format!("{:?}", finds.notices).into());
    };
    assert!(
        notice.starts_with("not UTF-8 and read as ") && notice.ends_with(": 1 row, at byte 19"),
        "{notice}"
    );
    assert!(!finds.letters[0].message.notes.is_empty());
    assert!(finds.letters[1].message.notes.is_empty());
    let stated =
        mapping("name = 'n'\nformat = 'csv'\nencoding = 'koi8-r'\n[columns]\ntext = 'text'\n")?;
    let finds = table(&stated, b"id,text\n1,\xf7\xc1\xd3\xd1\n");
    assert_eq!(texts(&finds), ["Вася"]);
    Ok(())
}

#[test]
fn lines_that_are_no_objects_and_times_that_are_none_are_told() -> TestResult {
    let finds = table(
        &lines()?,
        b"{\"text\": \"a\", \"at\": \"9/19/17\"}\n[1]\n{\"text\": \n{\"text\": \"b\"}\n",
    );
    assert_eq!(texts(&finds), ["a", "[1]", "{\"text\": ", "b"]);
    assert_eq!(
        finds.unread,
        ["no JSON object, and not taken apart: 2 rows, at byte 31, 35"]
    );
    assert_eq!(
        finds.notices[1..],
        ["with a time that cannot be read as the mapping has it: 1 row, at byte 0"]
    );
    let at = &finds.letters[0].message.at;
    assert_eq!(
        (at.earliest, at.as_written.as_deref()),
        (None, Some("9/19/17"))
    );
    Ok(())
}

/// Bytes without end that take no memory: a first part, one byte many times over, a last part.
struct Long {
    first: &'static [u8],
    fill: u8,
    times: u64,
    last: &'static [u8],
    at: u64,
}

impl Long {
    fn len(&self) -> u64 {
        self.first.len() as u64 + self.times + self.last.len() as u64
    }
}

impl Read for Long {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let (first, fill) = (self.first.len() as u64, self.times);
        let part: &[u8] = if self.at < first {
            &self.first[index(self.at)..]
        } else if self.at < first + fill {
            let most = buffer.len().min(index(first + fill - self.at));
            buffer[..most].fill(self.fill);
            self.at += most as u64;
            return Ok(most);
        } else {
            let at = index(self.at - first - fill).min(self.last.len());
            &self.last[at..]
        };
        let most = part.len().min(buffer.len());
        buffer[..most].copy_from_slice(&part[..most]);
        self.at += most as u64;
        Ok(most)
    }
}

impl Seek for Long {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        if let SeekFrom::Start(at) = to {
            self.at = at;
        }
        Ok(self.at)
    }
}

#[test]
fn a_line_of_two_gigabytes_is_recorded_and_not_read() -> TestResult {
    for (mapping, first, last, fill) in [
        (
            posts()?,
            &b"id,who,text,at,url\n1,a,"[..],
            &b",2023,\n2,a,b,2023,\n"[..],
            b'x',
        ),
        (
            posts()?,
            b"id,who,text,at,url\n1,a,\"",
            b"\",2023,\n2,a,b,2023,\n",
            b'\n',
        ),
        (
            posts()?,
            b"id,who,text,at,url\n1,a,",
            b",2023,\n2,a,b,2023,\n",
            b',',
        ),
        (
            lines()?,
            b"{\"text\": \"",
            b"\"}\r\n{\"text\": \"b\"}\n",
            b'x',
        ),
    ] {
        let mut content = Long {
            first,
            fill,
            times: 64 << 20,
            last,
            at: 0,
        };
        let size = content.len();
        let limits = Limits::default();
        let mut input = Input {
            kind: Kind::Table,
            name: None,
            size,
            content: &mut content,
            companion: &|_, _| None,
            table: Some(&mapping),
            limits: &limits,
        };
        let (mut spans, mut unread) = (Vec::new(), Vec::new());
        read(&mut input, &mut |found| {
            match found {
                Found::Message {
                    span, raw, message, ..
                } => {
                    spans.push((span, raw.len(), message.text));
                }
                Found::Unread(text) => unread.push(text),
                _ => {}
            }
            Ok(())
        })?;
        assert_eq!(spans.len(), 2);
        assert_eq!((spans[0].1, spans[0].2.as_deref()), (0, None));
        assert!(spans[0].0.end - spans[0].0.start > 64 << 20);
        assert_eq!(spans[1].2.as_deref(), Some("b"));
        let [told] = unread.as_slice() else {
            return Err(format!("{unread:?}").into());
        };
        assert!(
            told.starts_with("longer than 4194304 bytes and not read: 1 row"),
            "{told}"
        );
    }
    Ok(())
}

#[test]
fn a_million_rows_that_do_not_fit_are_told_in_a_line() -> TestResult {
    let mut bytes = String::from("id,who,text,at,url\n");
    for row in 0..100_000 {
        writeln!(bytes, "{row}")?;
    }
    let finds = table(&posts()?, bytes.as_bytes());
    assert_eq!(finds.letters.len(), 100_000);
    assert_eq!(finds.unread.len(), 1);
    Ok(())
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_rows_in_order(
        bytes in proptest::collection::vec(proptest::prop_oneof![
            proptest::strategy::Just(b'"'), proptest::strategy::Just(b','), proptest::strategy::Just(b'\n'),
            proptest::strategy::Just(b'\r'), proptest::strategy::Just(b'a'), proptest::prelude::any::<u8>(),
        ], 0..200),
        which in 0..3,
    ) {
        let text = match which {
            0 => "name = 'a'\nformat = 'csv'\nheader = false\n[columns]\ntext = 1\n",
            1 => "name = 'a'\nformat = 'tsv'\nheader = false\n[columns]\ntext = 1\n",
            _ => "name = 'a'\nformat = 'json-lines'\n[columns]\ntext = 'a'\n",
        };
        let mapping = Mapping::read(text).map_err(|error| proptest::test_runner::TestCaseError::fail(error.to_string()))?;
        let finds = read_table(&mapping, "a", &bytes, &Limits::default());
        let mut covered = 0;
        let mut end = 0;
        for letter in &finds.letters {
            let (start, past) = (index(letter.span.start), index(letter.span.end));
            prop_assert!(end <= start && start < past && past <= bytes.len());
            prop_assert_eq!(&letter.raw[..], &bytes[start..past]);
            // What lies between rows are line ends, blanks in JSON lines, and a byte order mark.
            let between = &bytes[end..start];
            prop_assert!(
                between.iter().all(u8::is_ascii_whitespace) || end == 0 && between.starts_with(b"\xef\xbb\xbf"),
                "{:?}", between
            );
            covered += past - start;
            end = past;
        }
        prop_assert!(covered <= bytes.len());
        prop_assert!(bytes[end..].iter().all(u8::is_ascii_whitespace) || finds.letters.is_empty());
    }
}
