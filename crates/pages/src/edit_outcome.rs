use shelf_runtime::page;

/// What became of an edit when its page was merged.
#[page]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditOutcome {
    /// The edit: the name of its file in `edits/` without the page and without `.json`.
    pub edit: String,
    /// Whether it could be applied.
    pub state: EditState,
    /// Why it is in conflict: what the page has instead of what was edited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// Whether an edit could be applied.
#[page]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "doc comments on variants would change the JSON Schema; the names are those of the page formats"
)]
pub enum EditState {
    Applied,
    Conflict,
}

impl EditOutcome {
    /// Whether the edit could not be applied.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.state == EditState::Conflict
    }
}
