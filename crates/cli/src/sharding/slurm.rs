use super::{Script, quoted};
use clap::Args;
use shelf_runtime::plan::Phase;
use std::fmt::Write;

/// Where Slurm runs the shards.
#[derive(Debug, Clone, Default, Args)]
#[group(skip)]
pub(crate) struct Slurm {
    /// Take one of these Slurm licences for each task that may ask language models; the cluster's `Licenses=NAME:8` then limits them to 8
    #[arg(long, value_name = "NAME")]
    license: Option<String>,
    /// Pass this option to `sbatch`, such as `--sbatch=--partition=long`; may be repeated
    #[arg(long = "sbatch", value_name = "OPTION", allow_hyphen_values = true)]
    options: Vec<String>,
    /// Start a task that was killed, or whose node has failed, at most this many more times
    #[arg(long, value_name = "N", default_value_t = 3)]
    requeue: u32,
}

impl Slurm {
    /// A script that submits a job array for each phase, and is itself what the tasks run.
    pub(crate) fn script(&self, script: &Script) -> String {
        let phases = if self.license.is_some() { script.phases.clone() } else { script.joined_phases() };
        let mut text = "#!/bin/bash\n".to_owned();
        text += &Script::comment(
            "Submits the phases to Slurm as job arrays: `bash FILE [OPTION OF SBATCH…]`. Made by `shelf shards slurm`.\n\
             Every phase begins when the one before has ended: each task after the task of the same number (aftercorr), or after all\n\
             of them (afterok) where stages need the pages of other shards. Run it again to continue or to retry.",
        );
        let _ = write!(
            text,
            r#"set -u

# A task of an array runs its shard.
if [ -n "${{SLURM_ARRAY_TASK_ID:-}}" ]; then
  status=0
  {process} --shard "$SLURM_ARRAY_TASK_ID/{count}" ${{SHELF_STAGES:+--stages "$SHELF_STAGES"}} || status=$?
  case $status in
    0) exit 0 ;;
    # Another try would not help: the command is refused.
    2 | 4) exit $status ;;
    # Some pages failed, or wait: the next phases go on with the others, and the last one tells.
    3 | 5) if [ "$SHELF_LAST_PHASE" = no ]; then exit 0; fi ;;
  esac
  if [ $status = 3 ]; then exit 3; fi
  # Slurm starts tasks again whose node has failed, but not those that were killed.
  if [ "${{SLURM_RESTART_COUNT:-0}}" -lt {requeue} ]; then
    scontrol requeue "${{SLURM_ARRAY_JOB_ID}}_$SLURM_ARRAY_TASK_ID" && sleep 60
  fi
  exit $status
fi

set -e
export SHELF_STAGES SHELF_LAST_PHASE=no
submit() {{
  sbatch --parsable --array=1-{count} --requeue --open-mode=append --kill-on-invalid-dep=yes{options} "$@"
}}
"#,
            process = script.process(),
            count = script.count,
            requeue = self.requeue,
            options = self.options.iter().map(|option| format!(" {}", quoted(option))).collect::<Vec<_>>().concat(),
        );
        for (number, phase) in phases.iter().enumerate() {
            text += &self.submission(script, phase, number, phases.len());
        }
        text += "echo \"submitted $job\"\n";
        text
    }

    fn submission(&self, script: &Script, phase: &Phase, number: usize, phases: usize) -> String {
        let mut text = "\n".to_owned();
        let name = if phases == 1 { "shelf".to_owned() } else { format!("shelf-{}", phase.stages.join("-")) };
        if number + 1 == phases {
            // All stages: their failed pages are in its exit code, and their `after` hooks may have waited for it.
            let _ = writeln!(text, "SHELF_STAGES={}\nSHELF_LAST_PHASE=yes", script.stages().join(","));
        } else {
            let _ = writeln!(text, "SHELF_STAGES={}", phase.stages.join(","));
        }
        let dependency = match (number, phase.waits_for_all) {
            (0, _) => String::new(),
            (_, true) => " --dependency=\"afterok:$job\"".to_owned(),
            (_, false) => " --dependency=\"aftercorr:$job\"".to_owned(),
        };
        let licence = self.license.as_ref().filter(|_| phase.asks_models);
        let licence = licence.map(|name| format!(" --licenses={}", quoted(&format!("{name}:1")))).unwrap_or_default();
        let _ = writeln!(text, "job=$(submit --job-name={}{dependency}{licence} \"$@\" \"$0\")", quoted(&name));
        text
    }
}
