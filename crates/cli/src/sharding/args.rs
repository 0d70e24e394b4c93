use crate::Exit;
use crate::error::CliError;
use crate::error::Result;
use clap::Args;
use clap::ValueEnum;
use shelf_runtime::book::ScanId;
use shelf_runtime::book::Shard;
use shelf_runtime::plan::Division;

/// The part of one of several processes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Several processes")]
pub(crate) struct ShardArgs {
    /// Do only the part of this one of several processes, such as `3/16`; `shelf shards` prints scripts that start them all
    #[arg(long, value_name = "I/N", env = "SHELF_SHARD", hide_env_values = true)]
    shard: Option<Shard>,
    /// Divide the pages of each book, or the books
    #[arg(long, value_enum, default_value_t, requires = "shard", hide_short_help = true)]
    by: DivideBy,
}

/// What processes divide among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum DivideBy {
    /// The pages of each book
    #[default]
    Pages,
    /// The books
    Books,
}

impl DivideBy {
    pub(crate) fn division(self) -> Division {
        match self {
            Self::Pages => Division::Pages,
            Self::Books => Division::Books,
        }
    }
}

impl std::fmt::Display for DivideBy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Pages => "pages",
            Self::Books => "books",
        })
    }
}

impl ShardArgs {
    /// The shard whose pages are processed, if pages are divided.
    pub(crate) fn of_pages(&self) -> Option<Shard> {
        self.shard.filter(|_| self.by == DivideBy::Pages)
    }

    /// Leaves the books of other shards out, if books are divided.
    pub(crate) fn retain_books(&self, books: &mut Vec<ScanId>) {
        if let (Some(shard), DivideBy::Books) = (self.shard, self.by) {
            books.retain(|book| shard.owns_book(book));
        }
    }

    /// Refuses a budget of the run: every process would spend it.
    pub(crate) fn refuse_budget(&self) -> Result<()> {
        match self.shard {
            None => Ok(()),
            Some(_) => Err(CliError::refused("`--budget` is for one run, but each shard is a run of its own")
                .exit(Exit::Usage)
                .hint("set `book_budget` or `month_budget` in `[llm]` of shelf.toml, which hold for all processes together, and pass `--yes`")),
        }
    }
}
