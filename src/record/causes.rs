//! What an error says, with what its causes say.

use std::error::Error;

/// An error with its causes, as one line without a period. What a cause says is left out where the line says it already.
pub fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let said = next.to_string();
        let last = text.rsplit(": ").next().unwrap_or_default();
        if !text.contains(&said) && !said.ends_with(last) {
            text.push_str(": ");
            text.push_str(&said);
        }
        cause = next.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Told(&'static str, Option<Box<Self>>);

    impl std::fmt::Display for Told {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Told {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.1.as_deref().map(|it| it as _)
        }
    }

    #[test]
    fn each_cause_is_said_once() {
        for (all, line) in [
            (
                ["a file", "it breaks off", "at byte 3"],
                "a file: it breaks off: at byte 3",
            ),
            (
                ["a file: at byte 3", "it breaks off: at byte 3", "at byte 3"],
                "a file: at byte 3",
            ),
            (["a file", "no room", "no room"], "a file: no room"),
        ] {
            let [first, second, third] = all;
            let error = Told(
                first,
                Some(Box::new(Told(second, Some(Box::new(Told(third, None)))))),
            );
            assert_eq!(with_causes(&error), line);
        }
    }
}
