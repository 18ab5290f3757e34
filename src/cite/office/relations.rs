//! What the parts of a .docx are to each other (ECMA-376 part 2, clause 9).

use super::DraftError;
use super::package::Package;
use super::xml::Event;
use super::xml::Xml;

/// One relationship.
#[derive(Debug, Clone)]
struct Relation {
    id: String,
    kind: String,
    target: String,
    external: bool,
}

/// The relationships of one part.
#[derive(Debug, Default)]
pub(super) struct Relations {
    part: String,
    all: Vec<Relation>,
}

impl Relations {
    /// Those of a part; of the whole package where the name is empty.
    pub(super) fn of(package: &mut Package<'_>, part: &str) -> Result<Self, DraftError> {
        let name = Self::name_of(part);
        let mut relations = Self {
            part: part.to_owned(),
            all: Vec::new(),
        };
        let Some(text) = package.part(&name)? else {
            return Ok(relations);
        };
        let mut xml = Xml::new(&text, &name);
        while let Some(event) = xml.next()? {
            let Event::Start(tag) = event else { continue };
            if tag.local != "Relationship" {
                continue;
            }
            relations.all.push(Relation {
                id: tag.attribute("Id").unwrap_or_default(),
                kind: tag.attribute("Type").unwrap_or_default(),
                target: tag.attribute("Target").unwrap_or_default(),
                external: tag.attribute("TargetMode").as_deref() == Some("External"),
            });
        }
        Ok(relations)
    }

    /// The name of the part that holds the relationships of a part.
    pub(super) fn name_of(part: &str) -> String {
        let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
        let folder = if folder.is_empty() {
            String::new()
        } else {
            format!("{folder}/")
        };
        format!("{folder}_rels/{file}.rels")
    }

    /// The part to which the first relationship of that kind leads. Kinds are addresses; the strict and the transitional
    /// ones end alike.
    pub(super) fn first(&self, kind: &str) -> Option<String> {
        let found = self.all.iter().find(|it| {
            !it.external && it.kind.rsplit('/').next().is_some_and(|last| last == kind)
        })?;
        self.resolved(&found.target)
    }

    /// Where a link leads.
    pub(super) fn link(&self, id: &str) -> Option<&str> {
        let found = self.all.iter().find(|it| it.external && it.id == id)?;
        Some(&found.target)
    }

    /// A name for one more relationship.
    pub(super) fn fresh(&self) -> String {
        let mut name = "rIdFonds".to_owned();
        while self.all.iter().any(|it| it.id == name) {
            name.push('x');
        }
        name
    }

    /// The part that a target names, seen from the part that names it.
    fn resolved(&self, target: &str) -> Option<String> {
        let mut folders: Vec<&str> = Vec::new();
        if !target.starts_with('/')
            && let Some((folder, _)) = self.part.rsplit_once('/')
        {
            folders.extend(folder.split('/'));
        }
        for piece in target.split('/') {
            match piece {
                "" | "." => {}
                ".." => {
                    folders.pop()?;
                }
                piece => folders.push(piece),
            }
        }
        Some(folders.join("/"))
    }
}
