use super::Script;
use clap::Args;
use std::num::NonZeroU32;

/// How a shell runs the shards.
#[derive(Debug, Clone, Args)]
#[group(skip)]
pub(crate) struct Local {
    /// Run at most this many shards at a time [default: all]
    #[arg(long, short, value_name = "N")]
    jobs: Option<NonZeroU32>,
    /// Start the shards again at most this many times after some were killed
    #[arg(long, value_name = "N", default_value_t = 3)]
    retries: usize,
}

impl Local {
    /// A POSIX shell script, which starts the shards with GNU parallel or xargs.
    pub(crate) fn script(&self, script: &Script) -> String {
        let comment = Script::comment(
            "Runs the shards on this machine, with GNU parallel if it is installed, otherwise with xargs. Made by `shelf shards shell`.\n\
             Shards that wait for pages of others (exit code 5) and shards that were killed are started again, in rounds. The exit code is\n\
             the highest of the last round.",
        );
        let (count, rounds) = (script.count, script.rounds() + self.retries);
        let (process, stages) = (script.process(), script.all_stages());
        let jobs = self.jobs.unwrap_or(script.count);
        format!(
            r#"#!/bin/sh
{comment}set -u

dir=$(mktemp -d) || exit 1
export dir
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM

# Runs one shard and keeps its exit code.
cat >"$dir/run" <<'END'
{process}{stages} --shard "$1/{count}"
echo $? >"$dir/status/$1"
END

if parallel --version 2>/dev/null | grep -q '^GNU parallel'; then
  start() {{ parallel --will-cite --jobs {jobs} sh "$dir/run"; }}
else
  start() {{ xargs -n 1 -P {jobs} sh "$dir/run"; }}
fi

round=1
while :; do
  rm -rf "$dir/status"
  mkdir "$dir/status"
  seq {count} | start
  codes=" $(sort -nu "$dir"/status/* | tr '\n' ' ')"
  case $codes in
    # All is done, or some pages failed permanently, or the command is refused: another round would not help.
    ' 0 ' | ' 0 3 ' | ' 3 ' | *' 2 '* | *' 4 '*) break ;;
  esac
  if [ "$round" -ge {rounds} ]; then break; fi
  round=$((round + 1))
done
exit "$(sort -n "$dir"/status/* | tail -n 1)"
"#
        )
    }
}
