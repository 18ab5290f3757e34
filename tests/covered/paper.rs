//! A PDF file written by hand, for tests of what its pages hide: letters at 12 points in Helvetica, which every reader has.

use std::fmt::Write as _;

/// A page: what is drawn on it, what more its dictionary says, and the objects that it refers to, numbered from 10.
pub(crate) struct Paper {
    content: Vec<u8>,
    about: String,
    resources: String,
    objects: Vec<Vec<u8>>,
}

/// The number of the first object that a page may refer to.
const FIRST: usize = 10;

/// The line 'Per Holm signed it', from 72 points on. By the widths of Helvetica (P 667, e 556, r 333, space 278, H 722,
/// o 556, l 222, m 833 thousandths) 'Per Holm' ends at 122.0 points and 'signed' begins at 125.3.
pub(crate) const LINE: &str = "BT /F 12 Tf 72 700 Td (Per Holm signed it) Tj ET\n";

/// A black box over 'Per Holm' and nothing else.
pub(crate) const BOX: &str = "0 g 70 696 53.5 14 re f\n";

impl Paper {
    /// A page of 612 by 792 points.
    pub(crate) fn new(content: &str) -> Self {
        Self {
            content: content.as_bytes().to_vec(),
            about: "/MediaBox [0 0 612 792]".to_owned(),
            resources: String::new(),
            objects: Vec::new(),
        }
    }

    /// With this in its dictionary.
    pub(crate) fn about(mut self, about: &str) -> Self {
        self.about.push_str(about);
        self
    }

    /// With this among its resources.
    pub(crate) fn resources(mut self, resources: &str) -> Self {
        self.resources.push_str(resources);
        self
    }

    /// With that object, a dictionary: the first is 10.
    pub(crate) fn object(mut self, object: &str) -> Self {
        self.objects.push(object.as_bytes().to_vec());
        self
    }

    /// With that object, a stream: its dictionary without the brackets, and its bytes.
    pub(crate) fn stream(mut self, about: &str, bytes: &[u8]) -> Self {
        self.objects.push(stream(about, bytes));
        self
    }

    /// The file.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.with_content("", &self.content)
    }

    /// The file, with these bytes as what is drawn, coded as the dictionary says.
    pub(crate) fn with_content(&self, about: &str, content: &[u8]) -> Vec<u8> {
        let page = format!(
            "<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F 5 0 R >> {} >> {} >>",
            self.resources, self.about
        );
        let font =
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";
        let mut objects = vec![
            (1, b"<< /Type /Catalog /Pages 2 0 R >>".to_vec()),
            (2, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec()),
            (3, page.into_bytes()),
            (4, stream(about, content)),
            (5, font.as_bytes().to_vec()),
        ];
        let own = self.objects.iter().cloned();
        objects.extend(own.enumerate().map(|(at, object)| (FIRST + at, object)));
        let mut file = b"%PDF-1.7\n".to_vec();
        let mut table = String::new();
        for (number, object) in &objects {
            // Writing to a string cannot fail.
            let _ = write!(table, "{number} 1\n{:010} 00000 n \n", file.len());
            file.extend(format!("{number} 0 obj\n").into_bytes());
            file.extend(object);
            file.extend(b"\nendobj\n");
        }
        let start = file.len();
        let size = FIRST + self.objects.len();
        file.extend(format!("xref\n0 1\n0000000000 65535 f \n{table}").into_bytes());
        let end = format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n");
        file.extend(end.into_bytes());
        file
    }
}

fn stream(about: &str, bytes: &[u8]) -> Vec<u8> {
    let mut object = format!("<< {about} /Length {} >>\nstream\n", bytes.len()).into_bytes();
    object.extend(bytes);
    object.extend(b"\nendstream");
    object
}
