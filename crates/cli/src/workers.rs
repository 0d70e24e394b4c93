use super::Exit;
use super::error::CliError;
use super::error::Result;
use super::nearest::nearest;
use shelf_runtime::registry::Registry;
use shelf_runtime::run::Settings;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// How many pages to work on at a time: `4` for CPU-bound stages together, `ocr=2,merged=8` for single stages, or both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Workers {
    cpu: Option<usize>,
    stages: BTreeMap<String, usize>,
}

/// The maximum number of workers.
const MAX: usize = 256;

impl FromStr for Workers {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| {
            let number = text.trim().parse().ok().filter(|number| (1..=MAX).contains(number));
            number.ok_or_else(|| format!("`{text}` is not a number of workers: expected 1 to {MAX}, or STAGE=N"))
        };
        let mut workers = Self::default();
        for part in text.split(',') {
            let earlier = match part.split_once('=') {
                Some((stage, width)) => workers.stages.insert(stage.trim().to_owned(), number(width)?),
                None => workers.cpu.replace(number(part)?),
            };
            if earlier.is_some() {
                return Err(format!("`{part}`: given twice"));
            }
        }
        Ok(workers)
    }
}

/// As `--workers` and `shelf.toml` take it; empty if nothing is set.
impl fmt::Display for Workers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cpu = self.cpu.iter().map(usize::to_string);
        let stages = self.stages.iter().map(|(stage, width)| format!("{stage}={width}"));
        f.write_str(&cpu.chain(stages).collect::<Vec<_>>().join(","))
    }
}

impl Workers {
    /// These settings, with those of `other` as defaults.
    pub(super) fn or(mut self, other: &Self) -> Self {
        self.cpu = self.cpu.or(other.cpu);
        for (stage, width) in &other.stages {
            self.stages.entry(stage.clone()).or_insert(*width);
        }
        self
    }

    /// An error if a stage does not exist.
    pub(super) fn unknown_stage(&self, registry: &Registry) -> Option<String> {
        let unknown = self.stages.keys().find(|stage| registry.get(stage).is_none())?;
        let near = nearest(unknown, registry.names()).map(|near| format!("; did you mean `{near}`?"));
        Some(format!("unknown stage `{unknown}`{}", near.unwrap_or_default()))
    }

    /// The settings of a run.
    pub(super) fn settings(self, registry: &Registry) -> Result<Settings> {
        if let Some(problem) = self.unknown_stage(registry) {
            return Err(CliError::refused(format!("--workers: {problem}"))
                .exit(Exit::Usage)
                .hint("`shelf stages` lists the stages"));
        }
        let mut settings = self.cpu.map_or_else(Settings::default, Settings::workers);
        settings.stage_workers = self.stages;
        Ok(settings)
    }
}

/// The number of worker processes that a run can keep busy.
pub(super) fn processes(settings: &Settings) -> usize {
    settings.stage_workers.values().copied().chain([settings.workers]).max().unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_number_stages_or_both() {
        let read = |text: &str| text.parse::<Workers>().map(|workers| (workers.cpu, workers.stages));
        let stages = |stages: &[(&str, usize)]| stages.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect();
        assert_eq!(read("4"), Ok((Some(4), BTreeMap::new())));
        assert_eq!(read("ocr=2,merged=8"), Ok((None, stages(&[("ocr", 2), ("merged", 8)]))));
        assert_eq!(read("4, ocr = 2"), Ok((Some(4), stages(&[("ocr", 2)]))));
        for (text, problem) in [
            ("0", "`0` is not a number of workers"),
            ("ocr=257", "`257` is not a number of workers"),
            ("ocr", "`ocr` is not a number of workers"),
            ("ocr=2,ocr=3", "`ocr=3`: given twice"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.starts_with(problem), "{error}");
        }
    }

    #[test]
    fn is_written_as_it_is_read() {
        for text in ["", "4", "4,ocr=2", "merged=8,ocr=2"] {
            let workers = if text.is_empty() { Workers::default() } else { text.parse().unwrap() };
            assert_eq!(workers.to_string(), text);
        }
    }

    #[test]
    fn command_line_overrides_file_stage_by_stage() {
        let read = |text: &str| text.parse::<Workers>().unwrap();
        assert_eq!(read("ocr=2").or(&read("4,ocr=8,merged=3")), read("4,ocr=2,merged=3"));
    }
}
