use crate::Exit;
use crate::context::Context;
use crate::error::CliError;
use crate::error::Result;
use crate::selection::selected;
use crate::sharding::DivideBy;
use crate::sharding::Kubernetes;
use crate::sharding::Local;
use crate::sharding::Script;
use crate::sharding::Slurm;
use clap::Args;
use clap::Subcommand;
use shelf_runtime::book::ScanId;
use shelf_runtime::plan::phases;
use std::num::NonZeroU32;

/// Print scripts that process books on several machines
///
/// Every process does the part of its shard (`process --shard I/N`). Processes need a library on a disk that all of them can write; they share
/// nothing else. Any of them may be killed at any time: run it again, and it continues.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf shards slurm --count 16 florida >job.sh && bash job.sh                 16 tasks on a Slurm cluster
  shelf shards slurm --count 16 --all --by books --license llm >job.sh         whole books; licences limit model calls
  shelf shards kubernetes --count 16 --all --image shelf:0.1 --claim library   an Indexed Job, for `kubectl apply -f -`
  shelf shards shell --count 16 --jobs 4 florida | sh                          on this machine, 4 at a time
  shelf shards shell --count 4 florida --stage +merged -- --engine rules       with further options of `process`")]
pub(crate) struct Shards {
    #[command(subcommand)]
    on: On,
}

#[derive(Debug, Subcommand)]
enum On {
    /// Print a script that submits job arrays to Slurm
    ///
    /// Each task runs one shard. Tasks that are killed are requeued.
    Slurm {
        #[command(flatten)]
        work: Work,
        #[command(flatten)]
        slurm: Slurm,
    },
    /// Print the manifest of an Indexed Job for Kubernetes
    Kubernetes {
        #[command(flatten)]
        work: Work,
        #[command(flatten)]
        kubernetes: Kubernetes,
    },
    /// Print a script for one machine, or for machines that GNU parallel reaches
    Shell {
        #[command(flatten)]
        work: Work,
        #[command(flatten)]
        local: Local,
    },
}

/// What the shards process.
#[derive(Debug, Args)]
struct Work {
    /// Books to process
    #[arg(value_name = "BOOK", required_unless_present = "all", conflicts_with = "all")]
    ids: Vec<ScanId>,
    /// Process all books of the library
    #[arg(long)]
    all: bool,
    /// Divide the work among this many processes
    #[arg(long, short = 'n', value_name = "N")]
    count: NonZeroU32,
    /// Divide the pages of each book, or the books
    #[arg(long, value_enum, default_value_t)]
    by: DivideBy,
    /// Run only these stages, with `+` as for `process --stage` [default: all stages]
    #[arg(long, visible_alias = "stages", value_name = "A,B", value_delimiter = ',')]
    stage: Vec<String>,
    /// Pass these options to `shelf process`
    #[arg(last = true, value_name = "OPTIONS")]
    arguments: Vec<String>,
}

pub(crate) fn shards(context: &Context, args: &Shards) -> Result<Exit> {
    let here = || context.store.root().display().to_string();
    let text = match &args.on {
        On::Slurm { work, slurm } => slurm.script(&script(context, work, this_program()?, here())?),
        On::Shell { work, local } => local.script(&script(context, work, this_program()?, here())?),
        On::Kubernetes { work, kubernetes } => {
            kubernetes.manifest(&script(context, work, "shelf".to_owned(), kubernetes.library())?)
        }
    };
    context.out.line(text.trim_end())?;
    Ok(Exit::Done)
}

fn this_program() -> Result<String> {
    Ok(std::env::current_exe()?.display().to_string())
}

fn script(context: &Context, work: &Work, program: String, library: String) -> Result<Script> {
    let stages = (!work.stage.is_empty()).then(|| selected(&context.registry, &work.stage)).transpose()?;
    if let Some(missing) = work.ids.iter().find(|book| !context.store.book_folder(book).is_dir()) {
        return Err(CliError::refused(format!("there is no book `{missing}` in the library"))
            .hint("`shelf list` shows the books"));
    }
    let books = if work.all { vec!["--all".to_owned()] } else { work.ids.iter().map(ToString::to_string).collect() };
    Ok(Script {
        program,
        library,
        count: work.count,
        by: work.by,
        books,
        has_stages: stages.is_some(),
        phases: phases(&context.registry, stages.as_deref(), work.by.division()),
        arguments: work.arguments.clone(),
    })
}
