use std::process::Command;

use clap::Args;

use crate::cli::Exit;
use crate::cli::context::{Context, cores};
use crate::cli::error::Result;
use crate::doctor::{Finding, examine};

/// Check what shelf needs on this machine, and say how to get what is missing
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf doctor
  shelf doctor --json")]
pub(in crate::cli) struct Doctor {}

pub(in crate::cli) fn doctor(context: &Context, _: &Doctor) -> Result<Exit> {
    let mut findings = vec![library(context), room(context), pdftoppm()];
    findings.push(Finding::good("cores", cores().to_string()));
    findings.push(Finding::good("stages", context.registry.names().collect::<Vec<_>>().join(", ")));
    findings.extend(examine());
    let well = findings.iter().all(|finding| finding.mend.is_none());
    if context.out.json {
        context.out.json(&findings)?;
    } else {
        for finding in &findings {
            let sign = if finding.mend.is_none() { "ok" } else { "MISSING" };
            context.out.line(format_args!("{sign:<8} {:<12} {}", finding.what, finding.found))?;
            if let Some(mend) = &finding.mend {
                context.out.line(format_args!("{:<8} {:<12} {mend}", "", ""))?;
            }
        }
    }
    Ok(if well { Exit::Done } else { Exit::Failed })
}

fn library(context: &Context) -> Finding {
    let root = context.store.root().display().to_string();
    match tempfile::Builder::new().prefix(".doctor-").tempfile_in(context.store.root()) {
        Ok(_) => Finding::good("library", root),
        Err(error) => Finding::missing(
            "library",
            format!("{root} cannot be written: {error}"),
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
                Finding::missing("disk", found, "make room: a book of 300 scans takes about 1 GiB")
            }
        }
        Err(error) => Finding::missing("disk", error.to_string(), "see that the library lies on a disk that is there"),
    }
}

/// Draws PDF pages that are no plain scans.
fn pdftoppm() -> Finding {
    match Command::new("pdftoppm").arg("-v").output() {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            Finding::good("pdftoppm", said.lines().next().unwrap_or("there").to_owned())
        }
        Err(error) => Finding::missing("pdftoppm", error.to_string(), "apt-get install poppler-utils"),
    }
}
