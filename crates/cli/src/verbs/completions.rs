use clap::Args;

use crate::command::command;
use shelf_runtime::registry::Registry;

/// Write completions for a shell
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  shelf completions bash > ~/.local/share/bash-completion/completions/shelf")]
pub(crate) struct Completions {
    /// The shell
    shell: clap_complete::Shell,
}

pub(crate) fn completions(args: &Completions, registry: &Registry) {
    clap_complete::generate(args.shell, &mut command(registry), "shelf", &mut std::io::stdout().lock());
}
