use serde::Serialize;

use super::{CostBasis, LedgerEntry};
use shelf_runtime::usd::Usd;

/// The sum of several attempts.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Spent {
    /// Attempts.
    pub calls: usize,
    /// Attempts without a reply.
    pub failed: usize,
    /// Known cost, USD.
    pub cost_usd: Usd,
    /// The estimated part of it, USD.
    pub estimated_usd: Usd,
    /// Attempts of unknown cost.
    pub unknown: usize,
}

impl Spent {
    /// Adds an attempt.
    pub fn add(&mut self, entry: &LedgerEntry) {
        self.calls += 1;
        self.failed += usize::from(entry.ttft_s.is_none());
        self.cost_usd += entry.cost_usd.unwrap_or_default();
        if entry.cost == CostBasis::Estimated {
            self.estimated_usd += entry.cost_usd.unwrap_or_default();
        }
        self.unknown += usize::from(entry.cost == CostBasis::Unknown);
    }

    /// Adds what was spent elsewhere.
    pub fn merge(&mut self, other: &Self) {
        self.calls += other.calls;
        self.failed += other.failed;
        self.cost_usd += other.cost_usd;
        self.estimated_usd += other.estimated_usd;
        self.unknown += other.unknown;
    }

    /// The cost, USD; `None` if some of it is not known.
    #[must_use]
    pub fn known_usd(&self) -> Option<Usd> {
        (self.unknown == 0).then_some(self.cost_usd)
    }

    /// The sum of these attempts.
    pub fn of<'a>(entries: impl IntoIterator<Item = &'a LedgerEntry>) -> Self {
        entries.into_iter().fold(Self::default(), |mut spent, entry| {
            spent.add(entry);
            spent
        })
    }
}

/// `$0.42`; `$0.42, of which $0.02 estimated`; `unknown`; `$0.42 and 3 of unknown cost`.
impl std::fmt::Display for Spent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.unknown > 0 && self.unknown == self.calls {
            return f.write_str("unknown");
        }
        write!(f, "{}", self.cost_usd)?;
        if self.estimated_usd > Usd::ZERO {
            write!(f, ", of which {} estimated", self.estimated_usd)?;
        }
        if self.unknown > 0 {
            write!(f, " and {} of unknown cost", self.unknown)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::ledger::tests::entry;

    #[test]
    fn unknown_cost_is_never_shown_as_zero() {
        const TIME: &str = "2026-11-02T10:00:00Z";
        let shown = |entries: &[LedgerEntry]| Spent::of(entries).to_string();
        let known = entry(TIME, Some(0.25), CostBasis::Reported);
        let estimated = entry(TIME, Some(0.5), CostBasis::Estimated);
        let unknown = entry(TIME, None, CostBasis::Unknown);
        assert_eq!(shown(&[]), "$0.00");
        assert_eq!(shown(&[known.clone(), estimated]), "$0.7500, of which $0.5000 estimated");
        assert_eq!(shown(std::slice::from_ref(&unknown)), "unknown");
        assert_eq!(shown(&[known, unknown]), "$0.2500 and 1 of unknown cost");
    }
}
