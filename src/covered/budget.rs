//! How much is looked through of one file.

/// Letters, and comparisons, that are made for one file at most. One of thousands of pages stays far below.
const MOST_GLYPHS: u64 = 10_000_000;
const MOST_STEPS: u64 = 4_000_000_000;

/// What may still be done for a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    glyphs: u64,
    steps: u64,
    spent: bool,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            glyphs: MOST_GLYPHS,
            steps: MOST_STEPS,
            spent: false,
        }
    }
}

impl Budget {
    /// Whether it was too much.
    pub(super) fn is_spent(self) -> bool {
        self.spent
    }

    /// A letter.
    pub(super) fn take_glyph(&mut self) {
        self.glyphs = self.glyphs.saturating_sub(1);
        self.spent |= self.glyphs == 0;
    }

    /// So many comparisons.
    pub(super) fn take_steps(&mut self, steps: usize) {
        self.steps = self.steps.saturating_sub(steps as u64);
        self.spent |= self.steps == 0;
    }

    /// Something else was too much.
    pub(super) fn stop(&mut self) {
        self.spent = true;
    }
}
