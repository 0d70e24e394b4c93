/// What is measured in turn.
#[derive(Debug, Clone)]
pub struct Contest {
    /// Its name on the command line.
    pub name: &'static str,
    /// What is done.
    pub title: String,
    /// How many times each contender does it in a round, within one measurement.
    pub times: usize,
    /// Those that do it; the first is shelf.
    pub contenders: Vec<Contender>,
    /// What shelf has to reach.
    pub goals: Vec<Goal>,
}

/// Somebody who does it, as commands of bash. They may use `$SHELF`, `$EMPTY`, `$BENCH`, `$DATA`, `$PAGES`, `$PYTHON`, `$JOBS` and `$OUT`, an empty folder.
#[derive(Debug, Clone)]
pub struct Contender {
    /// Its name.
    pub name: &'static str,
    /// What is done before, which does not count.
    pub prepare: String,
    /// What is measured.
    pub command: String,
    /// Whether the command prints the seconds that count, because not all that it does counts.
    pub prints_its_time: bool,
}

/// The time of the contender `of` divided by that of shelf.
#[derive(Debug, Clone, Copy)]
pub struct Goal {
    /// The contender.
    pub of: &'static str,
    /// What the ratio has to come to.
    pub at_least: f64,
}

impl Contest {
    /// Whether its commands take the pages that shelf draws.
    #[must_use]
    pub fn takes_drawn_pages(&self) -> bool {
        self.contenders.iter().any(|contender| format!("{}{}", contender.prepare, contender.command).contains("$PAGES"))
    }
}

impl Contender {
    /// A command that needs no preparation.
    #[must_use]
    pub fn new(name: &'static str, command: impl Into<String>) -> Self {
        Self { name, prepare: String::new(), command: command.into(), prints_its_time: false }
    }

    /// The same after something that does not count.
    #[must_use]
    pub fn after(self, prepare: impl Into<String>) -> Self {
        Self { prepare: prepare.into(), ..self }
    }

    /// The same, with the time that the command prints.
    #[must_use]
    pub fn printing_its_time(self) -> Self {
        Self { prints_its_time: true, ..self }
    }
}
