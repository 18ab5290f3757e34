//! Kinds of items in the words that people use.

/// What an item is, in words: `x-direct` is a direct message on X. A kind that has no words of its own is given as it is
/// recorded.
pub fn kind_words(kind: &str) -> &str {
    match kind {
        "text" => "plain text",
        "markdown" => "text in Markdown",
        "html" => "web page as saved",
        "mail" => "mail file",
        "mbox" => "mailbox",
        "zip" => "zip archive",
        "x-direct-messages" => "direct messages of an X export",
        "x-group-messages" => "group messages of an X export",
        "x-tweets" => "posts of an X export",
        "x-account" => "account page of an X export",
        "x-other" => "part of an X export",
        "table" => "table of messages",
        "table-channel" => "message in a table",
        "table-post" => "post in a table",
        "table-transcript" => "line of a transcript",
        "mail-mail" => "email",
        "x-direct" => "direct message on X",
        "x-channel" => "group message on X",
        "x-post" => "post on X",
        "other" => "file that no reader understands",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Kind;

    #[test]
    fn every_kind_of_document_has_words() {
        for kind in Kind::ALL {
            assert_ne!(kind_words(kind.word()), kind.word());
        }
    }
}
