use crate::Exit;
use crate::error::CliError;
use crate::error::Result;
use crate::global::Global;
use crate::out::Out;
use crate::scaffold;
use crate::scaffold::Home;
use crate::scaffold::NewCrate;
use crate::scaffold::ScaffoldError;
use clap::Args;
use serde_json::json;
use shelf_runtime::registry::Registry;
use shelf_runtime::stage::Parallelism;
use std::path::Path;
use std::path::PathBuf;

/// Create the source file of a new stage, with a test
///
/// In a checkout of shelf, or in a crate made with `--crate`, writes `NAME.rs` and adds its `mod` line. Elsewhere, `--crate DIR` creates a crate
/// of your own with the stage and the `shelf` command.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf new-stage headlines --deps ocr                 a stage that makes each page from that of `ocr`
  shelf new-stage index --deps ocr --book              a stage that runs once per book
  shelf new-stage topic --deps ocr --parallelism llm   a stage that asks a language model
  shelf new-stage looked_up --parallelism io           a stage that waits for a server or a disk
  shelf new-stage --crate ../my-shelf headlines --deps ocr    a crate of your own
  shelf new-stage --crate ../my-shelf --path .         a crate that uses shelf from this checkout")]
pub(crate) struct NewStage {
    /// Name the stage, its function, its file and its folder in a book [default with --crate: like the crate]
    #[arg(value_name = "NAME", required_unless_present = "folder")]
    name: Option<String>,
    /// Take the output of these stages
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    deps: Vec<String>,
    /// Run it on this pool: `cpu`, `llm` (asks a language model), `io` (waits for a server or a disk) or `fixed(n)`
    #[arg(long, value_name = "POOL", default_value = "cpu", value_parser = parallelism)]
    parallelism: Parallelism,
    /// Run it once per book, not once per page
    #[arg(long)]
    book: bool,
    /// Create a crate of your own in this folder
    #[arg(id = "folder", long = "crate", value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Depend on shelf in this checkout [default: the one this `shelf` was built from, else the published package]
    #[arg(long, value_name = "DIR", requires = "folder")]
    path: Option<PathBuf>,
}

pub(crate) fn new_stage(global: &Global, args: &NewStage, registry: &Registry) -> Result<Exit> {
    let out = Out { json: global.json, quiet: global.quiet, wide: global.wide };
    let stage = |name: String| scaffold::NewStage {
        name,
        deps: args.deps.clone(),
        parallelism: args.parallelism,
        book: args.book,
    };
    let here = std::env::current_dir()?;
    let (written, changed, next) = if let Some(folder) = &args.folder {
        let name = args.name.clone().unwrap_or_else(|| NewCrate::stage_name(folder));
        let checkout = args.path.clone().or_else(NewCrate::built_from);
        let new = NewCrate { folder: folder.clone(), stage: stage(name), checkout };
        let files = new.write(registry)?;
        (files.to_vec(), None, vec![format!("cd {}", folder.display()), "cargo test".to_owned(), runs(&new.stage.name)])
    } else {
        let home = Home::find(&here)?;
        let new = stage(args.name.clone().expect("clap asks for a name"));
        let [file, modules] = new.write(&home, registry)?;
        let test = format!("cargo test --package {} {}", home.package, new.name);
        (vec![file], Some((modules, home.mod_line(&new.name))), vec![test, runs(&new.name)])
    };
    if out.json {
        let changed: Vec<_> = changed.iter().map(|(file, _)| file).collect();
        out.json(&json!({ "written": written, "changed": changed, "next": next }))?;
        return Ok(Exit::Done);
    }
    let shown = |file: &Path| file.strip_prefix(&here).unwrap_or(file).display().to_string();
    for file in &written {
        out.line(format_args!("written  {}", shown(file)))?;
    }
    if let Some((file, line)) = &changed {
        out.line(format_args!("changed  {}: `{line}`", shown(file)))?;
    }
    out.note(format_args!("next: {}", next.join("\n      ")));
    Ok(Exit::Done)
}

fn runs(name: &str) -> String {
    format!("cargo run -- process BOOK --stage {name}")
}

fn parallelism(text: &str) -> Result<Parallelism, String> {
    let fixed = |pages: &str| pages.trim().parse().ok().filter(|pages| *pages > 0).map(Parallelism::Fixed);
    match text {
        "cpu" => Some(Parallelism::Cpu),
        "io" => Some(Parallelism::Io),
        "llm" => Some(Parallelism::Llm),
        text => text.strip_prefix("fixed(").and_then(|rest| fixed(rest.strip_suffix(')')?)),
    }
    .ok_or_else(|| "expected `cpu`, `llm`, `io` or `fixed(n)`, such as `fixed(8)`".to_owned())
}

impl From<ScaffoldError> for CliError {
    fn from(error: ScaffoldError) -> Self {
        let hint = error.hint();
        let exit = match error {
            ScaffoldError::Io { .. } => Exit::Failed,
            _ => Exit::Refused,
        };
        Self::failed(error).exit(exit).hint(hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_is_written_as_in_the_attribute() {
        assert_eq!(parallelism("fixed(8)"), Ok(Parallelism::Fixed(8)));
        assert_eq!(parallelism("io"), Ok(Parallelism::Io));
        assert_eq!(parallelism("llm"), Ok(Parallelism::Llm));
        for wrong in ["fixed", "fixed(0)", "fixed(x)", "threads", "CPU"] {
            assert!(parallelism(wrong).is_err(), "{wrong}");
        }
    }
}
