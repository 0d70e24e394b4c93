use shelf_pages::ProposalDoubt;

/// What happens with a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is applied.
    Accepted,
    /// It becomes a proposal, for a person to decide.
    Flagged(ProposalDoubt),
    /// It is dropped, for this reason.
    Refused(&'static str),
}
