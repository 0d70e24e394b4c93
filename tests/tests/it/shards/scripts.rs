//! The scripts that `shelf shards` prints, as they are.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use shelf::testing::ScriptedModel;
use shelf_tests::Shelf;

use super::library::{PAGES, library, model, with_model};

const PROCESS: [&str; 6] = ["--", "--yes", "--llm-model", "m", "--llm-in-flight", "2"];
const STAGES: &str = "described,index,linked,bound";

fn run(interpreter: &str, shelf: &Shelf, script: &str, model: &ScriptedModel, path: &str) -> Output {
    let file = shelf.library().join(".script");
    fs::write(&file, script).unwrap();
    let mut command = Command::new(interpreter);
    command.arg(&file).env_clear().env("PATH", path).env("LC_ALL", "C");
    with_model(&mut command, model);
    command.output().unwrap()
}

fn check_result(shelf: &Shelf, model: &ScriptedModel) {
    assert_eq!(model.requests().len(), PAGES);
    assert_eq!(shelf.json("book/bound/book.json")["pages"].as_object().unwrap().len(), PAGES);
    assert_eq!(shelf.json("book/metadata.json")["status"], format!("{PAGES} of {PAGES} pages linked"));
}

#[test]
fn shell_script_runs_more_shards_than_processes() {
    let (shelf, model) = (library(), model());
    let arguments = ["shards", "shell", "--count", "5", "--jobs", "2", "book", "--stages", STAGES];
    let script = shelf.command(arguments.iter().chain(&PROCESS)).output().unwrap();
    assert!(script.status.success(), "{script:?}");
    let ended = run("sh", &shelf, &String::from_utf8(script.stdout).unwrap(), &model, "/usr/bin:/bin");
    assert!(ended.status.success(), "{ended:?}");
    check_result(&shelf, &model);
}

/// Runs the tasks of an array one after the other, as Slurm does, and keeps the options in a file.
const SBATCH: &str = r#"#!/bin/bash
echo "$*" >>"$(dirname "$0")/submitted"
for argument; do case $argument in --array=*) tasks=${argument#--array=1-} ;; esac; script=$argument; done
for task in $(seq "$tasks"); do
  SLURM_ARRAY_TASK_ID=$task SLURM_ARRAY_JOB_ID=7 bash "$script" >>"$(dirname "$0")/log" 2>&1 || exit 1
done
wc -l <"$(dirname "$0")/submitted"
"#;

#[test]
fn slurm_script_submits_phases_whose_tasks_are_shards() {
    let (shelf, model) = (library(), model());
    let arguments = ["shards", "slurm", "--count", "3", "book", "--stages", STAGES, "--license", "llm"];
    let script =
        shelf.command(arguments.iter().chain(&["--sbatch=--partition=long"]).chain(&PROCESS)).output().unwrap();
    assert!(script.status.success(), "{script:?}");
    let folder = tempfile::tempdir().unwrap();
    program(&folder.path().join("sbatch"), SBATCH);
    let path = format!("{}:/usr/bin:/bin", folder.path().display());
    let ended = run("bash", &shelf, &String::from_utf8(script.stdout).unwrap(), &model, &path);
    let log = fs::read_to_string(folder.path().join("log")).unwrap_or_default();
    assert!(ended.status.success(), "{ended:?}\n{log}");
    let submitted = fs::read_to_string(folder.path().join("submitted")).unwrap();
    let submitted = submitted.replace(&shelf.library().join(".script").display().to_string(), "FILE");
    insta::assert_snapshot!(submitted, @r"
    --parsable --array=1-3 --requeue --open-mode=append --kill-on-invalid-dep=yes --partition=long --job-name=shelf-described --licenses=llm:1 FILE
    --parsable --array=1-3 --requeue --open-mode=append --kill-on-invalid-dep=yes --partition=long --job-name=shelf-index --dependency=afterok:1 FILE
    --parsable --array=1-3 --requeue --open-mode=append --kill-on-invalid-dep=yes --partition=long --job-name=shelf-linked --dependency=afterok:2 FILE
    --parsable --array=1-3 --requeue --open-mode=append --kill-on-invalid-dep=yes --partition=long --job-name=shelf-bound --dependency=afterok:3 FILE
    ");
    check_result(&shelf, &model);
}

#[test]
fn slurm_task_that_was_killed_is_requeued() {
    let shelf = library();
    let folder = tempfile::tempdir().unwrap();
    // In the place of `shelf`: a process that dies.
    program(&folder.path().join("shelf"), "#!/bin/sh\nkill -9 $$\n");
    program(&folder.path().join("scontrol"), "#!/bin/sh\necho \"$@\" >>\"$(dirname \"$0\")/requeued\"\n");
    program(&folder.path().join("sleep"), "#!/bin/sh\n");
    let script = shelf.ok(["shards", "slurm", "--count", "3", "book", "--stages", STAGES]);
    let program = env!("CARGO_BIN_EXE_asking-shelf");
    assert!(script.contains(program), "{script}");
    let file = folder.path().join("script");
    fs::write(&file, script.replace(program, &folder.path().join("shelf").display().to_string())).unwrap();
    let task = |restarts: &str| {
        let mut command = Command::new("bash");
        command.arg(&file).env("PATH", format!("{}:/usr/bin:/bin", folder.path().display()));
        command.env("SLURM_ARRAY_TASK_ID", "2").env("SLURM_ARRAY_JOB_ID", "7").env("SLURM_RESTART_COUNT", restarts);
        command.output().unwrap().status.code()
    };
    assert_eq!((task("0"), task("2"), task("3")), (Some(137), Some(137), Some(137)));
    assert_eq!(fs::read_to_string(folder.path().join("requeued")).unwrap(), "requeue 7_2\nrequeue 7_2\n");
}

fn program(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn kubernetes_manifest_is_an_indexed_job() {
    let shelf = library();
    let manifest = shelf.ok([
        "shards",
        "kubernetes",
        "--count",
        "16",
        "--all",
        "--image",
        "example.org/shelf:0.1",
        "--claim",
        "library",
        "--path",
        "my books",
        "--secret",
        "llm",
        "--",
        "--yes",
    ]);
    let (comment, job): (Vec<&str>, Vec<&str>) = manifest.lines().partition(|line| line.starts_with('#'));
    assert!(comment[0].starts_with("# An Indexed Job"), "{manifest}");
    let job: Value = serde_json::from_str(&job.concat()).unwrap();
    assert_eq!((&job["apiVersion"], &job["kind"]), (&"batch/v1".into(), &"Job".into()));
    let spec = &job["spec"];
    assert_eq!(spec["completionMode"], "Indexed");
    assert_eq!(
        (&spec["completions"], &spec["parallelism"], &spec["backoffLimitPerIndex"]),
        (&16.into(), &16.into(), &6.into())
    );
    let waits = &spec["podFailurePolicy"]["rules"][1];
    assert_eq!((&waits["action"], &waits["onExitCodes"]["values"]), (&"Ignore".into(), &json!([5])));
    let pod = &spec["template"]["spec"];
    assert_eq!(
        pod["containers"][0]["command"][2],
        "exec shelf --library '/library/my books' process --all --by pages --yes --shard \"$((JOB_COMPLETION_INDEX + 1))/16\""
    );
    assert_eq!(pod["containers"][0]["envFrom"], json!([{ "secretRef": { "name": "llm" } }]));
    assert_eq!(pod["volumes"][0]["persistentVolumeClaim"]["claimName"], "library");
}
