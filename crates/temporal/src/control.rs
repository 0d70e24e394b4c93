//! Stops and continues jobs.

use crate::connection::{ConnectArgs, Server, block_on};
use crate::jobs::running;
use crate::library_id::library_id;
use crate::workflow::BookJob;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use shelf::Exit;
use shelf::book::ScanId;
use shelf::extension::{CliError, Result, Session};
use temporalio_client::errors::WorkflowInteractionError;
use temporalio_client::{WorkflowCancelOptions, WorkflowSignalOptions};

/// The arguments of `cancel`, `pause` and `resume`.
#[derive(Debug, Args)]
struct Control {
    /// Books whose jobs are meant
    #[arg(value_name = "BOOK", required_unless_present = "all", conflicts_with = "all")]
    ids: Vec<ScanId>,
    /// All jobs of the library
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    server: ConnectArgs,
}

/// What is to be done with a job.
#[derive(Debug, Clone, Copy)]
enum Act {
    Cancel,
    Pause,
    Resume,
}

impl Act {
    fn done(self) -> &'static str {
        match self {
            Self::Cancel => "cancelled; pages that were begun are finished",
            Self::Pause => "paused; parts that were begun are finished",
            Self::Resume => "resumed",
        }
    }

    async fn on(self, server: &Server, workflow_id: &str) -> std::result::Result<(), WorkflowInteractionError> {
        let handle = server.client.get_workflow_handle::<BookJob>(workflow_id);
        match self {
            Self::Cancel => handle.cancel(WorkflowCancelOptions::default()).await,
            Self::Pause => handle.signal(BookJob::pause, (), WorkflowSignalOptions::default()).await,
            Self::Resume => handle.signal(BookJob::resume, (), WorkflowSignalOptions::default()).await,
        }
    }
}

fn command(name: &'static str, about: &'static str) -> Command {
    Control::augment_args(Command::new(name)).about(about).after_help(format!(
        "Examples:\n  shelf {name} florida   the jobs of a book\n  shelf {name} --all     all jobs of the library"
    ))
}

pub(crate) fn cancel_command() -> Command {
    command("cancel", "Cancel jobs; what was made is kept")
}

pub(crate) fn pause_command() -> Command {
    command("pause", "Let jobs start no more parts until they are resumed")
}

pub(crate) fn resume_command() -> Command {
    command("resume", "Let paused jobs go on")
}

pub(crate) fn cancel(session: &Session, given: &ArgMatches) -> Result<Exit> {
    act(session, given, Act::Cancel)
}

pub(crate) fn pause(session: &Session, given: &ArgMatches) -> Result<Exit> {
    act(session, given, Act::Pause)
}

pub(crate) fn resume(session: &Session, given: &ArgMatches) -> Result<Exit> {
    act(session, given, Act::Resume)
}

fn act(session: &Session, given: &ArgMatches, act: Act) -> Result<Exit> {
    let args = Control::from_arg_matches(given)?;
    let library = library_id(session)?;
    block_on(async {
        let server = args.server.connect().await?;
        let jobs = running(&server, &library, &args.ids).await?;
        if jobs.is_empty() {
            return Err(CliError::refused("the job was not found").hint("`shelf jobs` shows the jobs"));
        }
        for job in &jobs {
            act.on(&server, &job.workflow_id).await.map_err(CliError::failed)?;
            session.line(format_args!("{}: {}", job.book, act.done()))?;
        }
        Ok(Exit::Done)
    })
}
