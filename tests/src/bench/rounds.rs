use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use super::Contest;

/// Where the contests take place.
#[derive(Debug, Clone)]
pub struct Workplace {
    /// The program under test.
    pub shelf: PathBuf,
    /// The same program with one stage, which does nothing.
    pub empty: PathBuf,
    /// This program, for the floors.
    pub bench: PathBuf,
    /// The folder `shared/data`.
    pub data: PathBuf,
    /// The drawn pages.
    pub pages: PathBuf,
    /// A Python that has pytesseract.
    pub python: PathBuf,
    /// Where results go, which are thrown away.
    pub out: PathBuf,
    /// Processes at a time.
    pub jobs: usize,
}

/// What a contender took, in every round.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    /// Time by the clock, s.
    pub seconds: Vec<f64>,
    /// Time of all processors, s; empty where `perf`, which counts processes that nobody waits for, cannot be started.
    pub cpu_seconds: Vec<f64>,
}

impl Measured {
    /// The median by the clock, s.
    #[must_use]
    pub fn median(&self) -> f64 {
        median(&self.seconds)
    }

    /// The median of the processors, s.
    #[must_use]
    pub fn cpu_median(&self) -> f64 {
        median(&self.cpu_seconds)
    }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

/// Lets the contenders do it in turn, `rounds` times; every round begins with another one. Answers in their order.
///
/// # Errors
/// A command failed; its name and what it printed.
pub fn run(contest: &Contest, place: &Workplace, rounds: usize) -> Result<Vec<Measured>, String> {
    let count = contest.contenders.len();
    let mut measured = vec![Measured::default(); count];
    for round in 0..rounds {
        for turn in 0..count {
            let at = (round + turn) % count;
            let contender = &contest.contenders[at];
            let refused = |error: String| format!("{}, {}: {error}", contest.name, contender.name);
            std::fs::remove_dir_all(&place.out).or_else(ignore_missing).map_err(|error| refused(error.to_string()))?;
            std::fs::create_dir_all(&place.out).map_err(|error| refused(error.to_string()))?;
            place.bash(&contender.prepare, None).map_err(refused)?;
            let repeated = repeated(&contender.command, contest.times);
            let times = contest.times as f64;
            let counted = place.out.with_extension("task-clock");
            let began = Instant::now();
            let out = place.bash(&repeated, Some(&counted)).map_err(refused)?;
            let clock = began.elapsed().as_secs_f64();
            let own = || out.lines().last().and_then(|line| line.trim().parse().ok());
            let seconds = if contender.prints_its_time { own() } else { Some(clock / times) };
            measured[at].seconds.push(seconds.ok_or_else(|| refused("it printed no time".to_owned()))?);
            measured[at].cpu_seconds.extend(task_clock_s(&counted).map(|seconds| seconds / times));
        }
    }
    Ok(measured)
}

fn ignore_missing(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

fn repeated(command: &str, times: usize) -> String {
    if times == 1 { command.to_owned() } else { format!("for _ in $(seq {times}); do {command}; done") }
}

/// What `perf stat` has written: milliseconds of all processors.
fn task_clock_s(file: &Path) -> Option<f64> {
    let counted = std::fs::read_to_string(file).ok()?;
    let line = counted.lines().find(|line| line.contains("task-clock"))?;
    line.split(',').next()?.parse::<f64>().ok().map(|milliseconds| milliseconds / 1000.0)
}

impl Workplace {
    /// Runs a script, and answers what it printed; the time of the processors is written to `counted`, if it can be counted.
    fn bash(&self, script: &str, counted: Option<&Path>) -> Result<String, String> {
        let mut bash = match counted.filter(|_| has_perf()) {
            Some(file) => {
                let mut perf = Command::new("perf");
                perf.args(["stat", "-x,", "-e", "task-clock", "-o"]).arg(file).arg("bash");
                perf
            }
            None => Command::new("bash"),
        };
        bash.args(["-c", &format!("set -euo pipefail\n{script}")]).stdin(Stdio::null());
        bash.envs([("SHELF", &self.shelf), ("EMPTY", &self.empty), ("BENCH", &self.bench), ("DATA", &self.data)]);
        bash.envs([("PAGES", &self.pages), ("PYTHON", &self.python), ("OUT", &self.out)]);
        bash.env("SHELF_LIBRARY", self.out.join("library")).env("JOBS", self.jobs.to_string()).env("LC_ALL", "C.UTF-8");
        bash.env_remove("OMP_THREAD_LIMIT");
        let ended = bash.output().map_err(|error| format!("cannot start bash: {error}"))?;
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let (out, err) = (text(ended.stdout), text(ended.stderr));
        if ended.status.success() { Ok(out) } else { Err(format!("{}\n{out}{err}", ended.status)) }
    }
}

fn has_perf() -> bool {
    Command::new("perf").arg("--version").stdout(Stdio::null()).status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::{Workplace, median, run};
    use crate::bench::{Contender, Contest};

    fn place(out: &std::path::Path) -> Workplace {
        let here = std::path::PathBuf::new;
        let [shelf, empty, bench, data, pages, python] = std::array::from_fn(|_| here());
        Workplace { shelf, empty, bench, data, pages, python, out: out.to_owned(), jobs: 1 }
    }

    fn contest(contenders: Vec<Contender>) -> Contest {
        Contest { name: "test", title: String::new(), times: 2, contenders, goals: Vec::new() }
    }

    #[test]
    fn median_of_an_even_number_is_between_the_middle_ones() {
        assert!((median(&[4.0, 1.0, 3.0]) - 3.0).abs() < 1e-9);
        assert!((median(&[4.0, 1.0, 3.0, 2.0]) - 2.5).abs() < 1e-9);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn preparation_does_not_count_and_every_round_has_an_empty_folder() {
        let folder = tempfile::tempdir().unwrap();
        let own = Contender::new("own", "cat $OUT/own").after("test -z \"$(ls $OUT)\"; echo 7.5 > $OUT/own");
        let clock = Contender::new("clock", "true").after("test -z \"$(ls $OUT)\"");
        let contest = contest(vec![own.printing_its_time(), clock]);
        let measured = run(&contest, &place(&folder.path().join("out")), 3).unwrap();
        assert_eq!(measured[0].seconds, [7.5, 7.5, 7.5]);
        assert_eq!(measured[1].seconds.len(), 3);
    }

    #[test]
    fn failed_command_is_named_with_what_it_printed() {
        let folder = tempfile::tempdir().unwrap();
        let failing = contest(vec![Contender::new("bad", "echo why >&2; false")]);
        let error = run(&failing, &place(&folder.path().join("out")), 1).unwrap_err();
        assert!(error.starts_with("test, bad: exit status: 1") && error.contains("why"), "{error}");
    }
}
