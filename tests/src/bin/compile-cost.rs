//! Measures what a stage costs to compile: `cargo run -p shelf-tests --bin compile-cost`.
//!
//! Writes one crate of many stages, and the same crate with the same types, the same derives of serde, garde and schemars, and bare
//! functions. Compiles both by turns as `cargo build` and `cargo check` do without their incremental cache, on dependencies that
//! are built, and prints the difference for each stage.
#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, io};

use clap::Parser;
use serde_json::Value;

/// Measures what a stage costs to compile, over its bare function.
#[derive(Parser)]
struct Arguments {
    /// Stages in the crate.
    #[arg(long, default_value_t = 100)]
    stages: usize,
    /// Metrics of each stage.
    #[arg(long, default_value_t = 10)]
    metrics: usize,
    /// Length of a chain of dependencies; 1: no stage has one.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..))]
    depth: u16,
    /// How often each crate is compiled; the quickest counts.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Where the crates are written.
    #[arg(long, default_value = "target/compile-cost")]
    folder: PathBuf,
    /// More flags for rustc, such as `-Ztime-passes` (with `RUSTC_BOOTSTRAP=1`).
    #[arg(last = true)]
    rustc: Vec<OsString>,
}

/// What is compared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Crate {
    Stages,
    Bare,
}

/// How rustc is called by `cargo build` and `cargo check`.
const MODES: [(&str, &[&str]); 2] = [
    ("cargo build", &["--emit=link,metadata", "-Cdebuginfo=2", "-Cembed-bitcode=no"]),
    ("cargo check", &["--emit=metadata", "-Cdebuginfo=2", "-Cembed-bitcode=no"]),
];

/// What the generated crate names.
const DEPENDENCIES: [&str; 4] = ["garde", "schemars", "serde", "shelf"];

/// Time that rustc took.
#[derive(Clone, Copy)]
struct Cost {
    wall: Duration,
    /// Of all its threads, in user space.
    cpu: Duration,
}

fn main() -> io::Result<()> {
    let arguments = Arguments::parse();
    let externs = built_dependencies()?;
    for krate in [Crate::Stages, Crate::Bare] {
        write_crate(&arguments.folder.join(krate.name()), krate, &arguments)?;
    }
    println!("{} stages, {} metrics each, chains of {}", arguments.stages, arguments.metrics, arguments.depth);
    for (mode, flags) in MODES {
        let mut quickest = [None; 2];
        for _ in 0..arguments.rounds {
            for (krate, quickest) in [Crate::Stages, Crate::Bare].into_iter().zip(&mut quickest) {
                let cost = compile(&arguments, krate, flags, &externs)?;
                *quickest = Some(quickest.map_or(cost, |before: Cost| before.quicker(cost)));
            }
        }
        let [Some(stages), Some(bare)] = quickest else { continue };
        let each = |stages: Duration, bare: Duration| {
            (stages.as_secs_f64() - bare.as_secs_f64()) * 1000.0 / arguments.stages as f64
        };
        println!(
            "{mode}: {:.1} ms of CPU and {:.1} ms of wall time a stage ({:.2} s and {:.2} s of CPU for both crates)",
            each(stages.cpu, bare.cpu),
            each(stages.wall, bare.wall),
            stages.cpu.as_secs_f64(),
            bare.cpu.as_secs_f64(),
        );
    }
    Ok(())
}

/// The dependencies as this program was built with them: `--extern` and `-L` for rustc.
fn built_dependencies() -> io::Result<Vec<OsString>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--package=shelf-tests", "--bin=compile-cost", "--message-format=json"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("RUSTC_BOOTSTRAP") // with it, build scripts run again, and all that depends on them
        .stderr(Stdio::inherit())
        .output()?;
    let mut found = BTreeMap::new();
    for line in String::from_utf8_lossy(&built.stdout).lines() {
        let message: Value = serde_json::from_str(line)?;
        let name = message["target"]["name"].as_str().unwrap_or_default();
        let files = message["filenames"].as_array().into_iter().flatten().filter_map(Value::as_str);
        if let (true, Some(file)) = (
            DEPENDENCIES.contains(&name),
            files.into_iter().find(|file| Path::new(file).extension().is_some_and(|end| end == "rlib")),
        ) {
            found.insert(name.to_owned(), file.to_owned());
        }
    }
    assert_eq!(found.len(), DEPENDENCIES.len(), "the dependencies are built: {found:?}");
    let folders: Vec<&Path> = found.values().filter_map(|file| Path::new(file).parent()).collect();
    let search = folders.iter().map(|folder| format!("-Ldependency={}", folder.join("deps").display()));
    let here = folders.iter().map(|folder| format!("-Ldependency={}", folder.display()));
    let externs = found.iter().map(|(name, file)| format!("--extern={name}={file}"));
    Ok(search.chain(here).chain(externs).map(OsString::from).collect())
}

fn compile(arguments: &Arguments, krate: Crate, flags: &[&str], externs: &[OsString]) -> io::Result<Cost> {
    let folder = arguments.folder.join(krate.name());
    let (began, cpu) = (Instant::now(), cpu_of_children()?);
    let ended = Command::new("rustc")
        .args(["--edition=2024", "--crate-type=lib", "--crate-name=measured"])
        .args(flags)
        .args(externs)
        .args(&arguments.rustc)
        .env("CARGO_PKG_NAME", "measured")
        .arg("--out-dir")
        .arg(&folder)
        .arg(folder.join("lib.rs"))
        .status()?;
    assert!(ended.success(), "the generated crate compiles");
    Ok(Cost { wall: began.elapsed(), cpu: cpu_of_children()?.saturating_sub(cpu) })
}

impl Cost {
    fn quicker(self, other: Self) -> Self {
        Self { wall: self.wall.min(other.wall), cpu: self.cpu.min(other.cpu) }
    }
}

/// CPU time in user space of all children that ended, from `/proc/self/stat` (proc(5): field 16, in ticks of 10 ms).
fn cpu_of_children() -> io::Result<Duration> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = after_name.split_whitespace().nth(13).and_then(|field| field.parse().ok()).unwrap_or_default();
    Ok(Duration::from_millis(ticks * 10))
}

fn write_crate(folder: &Path, krate: Crate, arguments: &Arguments) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut root = String::new();
    for stage in 0..arguments.stages {
        writeln!(root, "pub mod stage_{stage};").expect("a string can be written to");
        fs::write(folder.join(format!("stage_{stage}.rs")), write_stage(stage, krate, arguments))?;
    }
    fs::write(folder.join("lib.rs"), root)
}

/// One stage, on the one before it unless it is the first of its chain.
fn write_stage(stage: usize, krate: Crate, arguments: &Arguments) -> String {
    let before = (!stage.is_multiple_of(usize::from(arguments.depth))).then(|| stage - 1);
    let (derive, attribute) = match krate {
        Crate::Stages => {
            let deps = before.map_or(String::new(), |n| format!(", deps = [crate::stage_{n}::stage_{n}]"));
            (
                "#[derive(PageMetrics, Report)]\n",
                format!("#[stage(name = \"stage_{stage}\"{deps}, parallelism = cpu)]\n"),
            )
        }
        Crate::Bare => ("", String::new()),
    };
    let parameter = before.map_or(String::new(), |n| format!(", stage_{n}: crate::stage_{n}::Output{n}"));
    let from = before.map_or("page.get()".to_owned(), |n| format!("page.get() + stage_{n}.words"));
    let metrics = (0..arguments.metrics)
        .fold(String::new(), |text, n| text + &format!("    /// Number {n}.\n    pub m{n}: u32,\n"));
    let values = (0..arguments.metrics).fold(String::new(), |text, n| text + &format!("m{n}: words + {n}, "));
    format!(
        "use shelf::prelude::*;

/// What stage {stage} makes.
#[derive(Serialize, Deserialize, JsonSchema, Validate)]
pub struct Output{stage} {{
    /// The scan's number.
    #[garde(range(min = 1))]
    pub page_number: u32,
    /// Words on the page.
    #[garde(skip)]
    pub words: u32,
}}

/// What stage {stage} measures.
{derive}pub struct Metrics{stage} {{
{metrics}}}

/// Counts.
{attribute}pub fn stage_{stage}(page: PageNumber{parameter}) -> Result<(Output{stage}, Metrics{stage})> {{
    let words = {from};
    Ok((Output{stage} {{ page_number: page.get(), words }}, Metrics{stage} {{ {values}}}))
}}
"
    )
}

impl Crate {
    fn name(self) -> &'static str {
        match self {
            Self::Stages => "stages",
            Self::Bare => "bare",
        }
    }
}
