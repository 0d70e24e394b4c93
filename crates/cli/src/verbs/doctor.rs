use crate::Exit;
use crate::config_file::ConfigFile;
use crate::context::Context;
use crate::context::cores;
use crate::error::CliError;
use crate::error::Result;
use crate::llm_options::LlmArgs;
use crate::llm_options::not_allowed;
use crate::out::ask;
use crate::server_address::origin;
use clap::Args;
use shelf_llm::AbortReason;
use shelf_llm::Dispatcher;
use shelf_llm::Usd;
use shelf_llm::check_model;
use shelf_runtime::doctor::Finding;
use shelf_runtime::doctor::examine;
use shelf_runtime::registry::RegistryError;
use shelf_runtime::worker::confinement_gap;
use std::process::Command;

/// Check that this machine has what shelf needs
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf doctor
  shelf doctor --json
  shelf doctor --llm          also ask the language model two small questions, after asking you")]
pub(crate) struct Doctor {
    /// Ask the language model two small questions to check key, credit, images and schema
    #[arg(long = "llm")]
    asks_model: bool,
    #[command(flatten)]
    llm: LlmArgs,
    /// Ask them without asking you first
    #[arg(long, short, requires = "asks_model")]
    yes: bool,
}

pub(crate) fn doctor(context: &Context, args: &Doctor) -> Result<Exit> {
    let mut findings = vec![library(context), room(context), pdftoppm(), workers()];
    findings.push(Finding::good("cores", cores().to_string()));
    if !context.registry.stages().is_empty() {
        findings.push(Finding::good("stages", context.registry.names().collect::<Vec<_>>().join(", ")));
    }
    let fault_of = |fault: &RegistryError| Finding::missing("stages", fault.to_string(), fault.hint());
    findings.extend(context.registry_faults.iter().map(fault_of));
    findings.extend(examine());
    if args.asks_model {
        findings.extend(models(context, args)?);
    }
    let well = findings.iter().all(|finding| finding.hint.is_none());
    if context.out.json {
        context.out.json(&findings)?;
    } else {
        for finding in &findings {
            let sign = match &finding.hint {
                None => "ok",
                Some(_) if finding.what == "stages" => "ERROR",
                Some(_) => "MISSING",
            };
            context.out.line(format_args!("{sign:<8} {:<12} {}", finding.what, finding.found))?;
            if let Some(hint) = &finding.hint {
                context.out.line(format_args!("{:<8} {:<12} {hint}", "", ""))?;
            }
        }
    }
    Ok(if well { Exit::Done } else { Exit::Failed })
}

/// Asks the model two questions, if the user agrees.
fn models(context: &Context, args: &Doctor) -> Result<Vec<Finding>> {
    let file = ConfigFile::read(context.store.root(), &context.registry)?;
    let mut said = args.llm.said(&file.llm, context.store.root());
    if let Some(withheld) = said.withheld.take() {
        said.settings.api_key = Some(withheld.confirm()?);
    }
    let Some(settings) = said.configured() else {
        return Ok(vec![Finding::missing("model", "none is configured", AbortReason::NotConfigured.hint())]);
    };
    let model = settings.first_model("").to_owned();
    let server = origin(&settings.base_url).to_owned();
    let llm = Dispatcher::start(settings).map_err(CliError::failed)?;
    let price = match llm.price(&model) {
        Some(price) => {
            format!("about {}", Usd(price.prompt * 1_000.0 + price.completion * 50.0 + price.image + price.request))
        }
        None => "at an unknown price".to_owned(),
    };
    let agreed = args.yes
        || ask(&format!("ask `{model}` at {server} two small questions, {price}?"))?
            .ok_or_else(|| not_allowed("refusing to spend money without confirmation (no terminal)"))?;
    if !agreed {
        return Err(CliError::refused("no model was asked"));
    }
    llm.allow_spending();
    Ok(check_model(&llm, &context.store))
}

fn library(context: &Context) -> Finding {
    let root = context.store.root().display().to_string();
    match tempfile::Builder::new().prefix(".doctor-").tempfile_in(context.store.root()) {
        Ok(_) => Finding::good("library", root),
        Err(error) => Finding::missing(
            "library",
            format!("cannot write to {root}: {error}"),
            "choose another: `--library DIR` or `SHELF_LIBRARY`",
        ),
    }
}

fn room(context: &Context) -> Finding {
    const ENOUGH_BYTES: u64 = 1 << 30;
    match rustix::fs::statvfs(context.store.root()) {
        Ok(disk) => {
            let free = disk.f_bavail * disk.f_frsize;
            let found = format!("{:.1} GiB free", free as f64 / f64::from(1 << 30));
            if free >= ENOUGH_BYTES {
                Finding::good("disk", found)
            } else {
                Finding::missing("disk", found, "free some space: a book of 300 scans takes about 1 GiB")
            }
        }
        Err(error) => {
            Finding::missing("disk", error.to_string(), "check that the library is on a disk that is mounted")
        }
    }
}

/// What worker processes, which open scans, are kept from.
fn workers() -> Finding {
    match confinement_gap() {
        None => Finding::good("workers", "confined: no other files, programs or network"),
        // shelf works all the same.
        Some(gap) => Finding::good("workers", format!("not kept from {gap}; add only scans that you trust")),
    }
}

/// Renders PDF pages that are not plain scans.
fn pdftoppm() -> Finding {
    match Command::new("pdftoppm").arg("-v").output() {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            Finding::good("pdftoppm", said.lines().next().unwrap_or("there").to_owned())
        }
        Err(error) => Finding::missing("pdftoppm", error.to_string(), "apt-get install poppler-utils"),
    }
}
