/// Looks for a way from a stage back to itself along `deps`, while the compiler evaluates a constant.
///
/// Every stage has a function that visits its dependencies; `#[stage]` calls it once. Each cycle is reported once, by the stage
/// whose name comes first in the alphabet.
pub struct CycleSearch {
    path: [&'static str; MAX_DEPTH],
    depth: usize,
    visits: usize,
}

const MAX_DEPTH: usize = 32;

/// A search ends after this many visits; the registry then finds the cycle when the program starts.
const MAX_VISITS: usize = 1000;

/// Room for the names on a path, bytes: a name has at most 40, an arrow 7 with its backticks.
const MAX_BYTES: usize = 48 * (MAX_DEPTH + 1);

impl CycleSearch {
    /// A search from the stage that is entered first.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "`Default` cannot be called in a constant")]
    pub const fn new() -> Self {
        Self { path: [""; MAX_DEPTH], depth: 0, visits: 0 }
    }

    /// Goes to a stage; says whether its dependencies are to be visited. [`CycleSearch::leave`] comes back from it.
    ///
    /// # Panics
    /// If it is the stage from which the search began. The panic is a compile error, with the cycle as its message.
    pub const fn enter(&mut self, stage: &'static str) -> bool {
        self.visits += 1;
        if self.depth > 0 {
            let first = self.path[0].as_bytes();
            if is_same(first, stage.as_bytes()) {
                self.report();
            }
            if self.depth == MAX_DEPTH || self.visits > MAX_VISITS || !is_before(first, stage.as_bytes()) {
                return false;
            }
        }
        self.path[self.depth] = stage;
        self.depth += 1;
        true
    }

    /// Comes back from the stage that was entered last.
    pub const fn leave(&mut self) {
        self.depth -= 1;
    }

    /// ``stages depend on each other in a cycle: `a` → `b` → `a` ``
    const fn report(&self) -> ! {
        let mut text = ([0; MAX_BYTES], 0);
        append(&mut text, "stages depend on each other in a cycle: `");
        let mut n = 0;
        while n < self.depth {
            append(&mut text, self.path[n]);
            append(&mut text, "` → `");
            n += 1;
        }
        append(&mut text, self.path[0]);
        append(&mut text, "`");
        match std::str::from_utf8(text.0.split_at(text.1).0) {
            Ok(text) => panic!("{}", text),
            Err(_) => panic!("stages depend on each other in a cycle"),
        }
    }
}

const fn append(text: &mut ([u8; MAX_BYTES], usize), more: &str) {
    let more = more.as_bytes();
    if text.1 + more.len() <= MAX_BYTES {
        let (_, free) = text.0.split_at_mut(text.1);
        let (place, _) = free.split_at_mut(more.len());
        place.copy_from_slice(more);
        text.1 += more.len();
    }
}

const fn is_same(a: &[u8], b: &[u8]) -> bool {
    !is_before(a, b) && !is_before(b, a)
}

const fn is_before(a: &[u8], b: &[u8]) -> bool {
    let mut n = 0;
    while n < a.len() && n < b.len() {
        if a[n] != b[n] {
            return a[n] < b[n];
        }
        n += 1;
    }
    a.len() < b.len()
}

#[cfg(test)]
mod tests {
    use super::{CycleSearch, is_before};

    #[test]
    fn a_search_goes_on_to_stages_whose_names_come_later() {
        let mut search = CycleSearch::new();
        assert!(search.enter("merged"));
        assert!(!search.enter("labels"));
        assert!(search.enter("ocr"));
        search.leave();
        assert!(is_before(b"ocr", b"ocr_2") && !is_before(b"ocr", b"ocr"));
    }

    #[test]
    #[should_panic(expected = "stages depend on each other in a cycle: `a` → `b` → `c` → `a`")]
    fn a_way_back_to_the_first_stage_is_reported() {
        let mut search = CycleSearch::new();
        let _ = ["a", "b", "c", "a"].map(|stage| search.enter(stage));
    }

    #[test]
    #[should_panic(expected = "` → `a`")]
    fn the_longest_path_has_room_in_the_message() {
        let mut search = CycleSearch::new();
        assert!(search.enter("a"));
        for _ in 1..super::MAX_DEPTH {
            assert!(search.enter("n234567890123456789012345678901234567890"));
        }
        search.enter("a");
    }
}
