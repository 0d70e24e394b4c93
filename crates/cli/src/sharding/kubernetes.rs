use super::Script;
use clap::Args;
use serde_json::{Value, json};

/// Where Kubernetes runs the shards.
#[derive(Debug, Clone, Args)]
#[group(skip)]
pub(crate) struct Kubernetes {
    /// Run this container image, which contains `shelf`
    #[arg(long, value_name = "IMAGE")]
    image: String,
    /// Mount this `PersistentVolumeClaim`, which many pods can write (`ReadWriteMany`) and which contains the library
    #[arg(long, value_name = "NAME")]
    claim: String,
    /// The library's folder within the claim
    #[arg(long, value_name = "PATH", default_value = ".")]
    path: String,
    /// Take environment variables, such as `SHELF_LLM_API_KEY`, from this Secret
    #[arg(long, value_name = "NAME")]
    secret: Option<String>,
    /// Name the Job
    #[arg(long, value_name = "NAME", default_value = "shelf")]
    name: String,
    /// Run at most this many shards at a time [default: all]
    #[arg(long, value_name = "N")]
    parallelism: Option<std::num::NonZeroU32>,
    /// Give each shard so many CPUs
    #[arg(long, value_name = "N", default_value = "2")]
    cpu: String,
    /// Give each shard so much memory
    #[arg(long, value_name = "SIZE", default_value = "4Gi")]
    memory: String,
    /// Start a shard that was killed at most this many more times
    #[arg(long, value_name = "N", default_value_t = 6)]
    retries: u32,
    /// End the Job after this many seconds, whatever is left
    #[arg(long, value_name = "SECONDS", default_value_t = 604_800)]
    deadline: u32,
}

/// Where the claim is mounted.
const MOUNT: &str = "/library";

impl Kubernetes {
    /// The library's folder in the container.
    pub(crate) fn library(&self) -> String {
        match self.path.trim_matches('/') {
            "" | "." => MOUNT.to_owned(),
            path => format!("{MOUNT}/{path}"),
        }
    }

    /// A manifest of an Indexed Job, for `kubectl apply`: JSON, which is YAML too, after a comment.
    pub(crate) fn manifest(&self, script: &Script) -> String {
        let comment = Script::comment(
            "An Indexed Job: `kubectl apply -f FILE`. Made by `shelf shards kubernetes`. Needs Kubernetes 1.33, or 1.29 with the feature gate\n\
             JobBackoffLimitPerIndex. A shard that waits for pages of others ends with exit code 5 and is started again, after a\n\
             growing pause, without limit until the deadline; one that was killed, at most as often as `backoffLimitPerIndex` says.",
        );
        format!("{comment}{:#}\n", self.job(script))
    }

    fn job(&self, script: &Script) -> Value {
        let command = format!(
            "exec {}{} --shard \"$((JOB_COMPLETION_INDEX + 1))/{}\"",
            script.process(),
            script.all_stages(),
            script.count
        );
        let secret = self.secret.iter().map(|name| json!({ "secretRef": { "name": name } })).collect::<Vec<_>>();
        let resources = json!({ "cpu": self.cpu, "memory": self.memory });
        json!({
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": { "name": self.name },
            "spec": {
                "completionMode": "Indexed",
                "completions": script.count,
                "parallelism": self.parallelism.unwrap_or(script.count),
                "backoffLimitPerIndex": self.retries,
                "activeDeadlineSeconds": self.deadline,
                "podFailurePolicy": { "rules": [
                    { "action": "Ignore", "onPodConditions": [{ "type": "DisruptionTarget", "status": "True" }] },
                    { "action": "Ignore", "onExitCodes": { "containerName": "shelf", "operator": "In", "values": [5] } },
                    { "action": "FailIndex", "onExitCodes": { "containerName": "shelf", "operator": "In", "values": [2, 3, 4] } },
                ] },
                "template": { "spec": {
                    "restartPolicy": "Never",
                    "terminationGracePeriodSeconds": 60,
                    "containers": [{
                        "name": "shelf",
                        "image": self.image,
                        "command": ["/bin/sh", "-c", command],
                        "envFrom": secret,
                        "resources": { "requests": resources, "limits": { "memory": self.memory } },
                        "volumeMounts": [{ "name": "library", "mountPath": MOUNT }],
                    }],
                    "volumes": [{ "name": "library", "persistentVolumeClaim": { "claimName": self.claim } }],
                } },
            },
        })
    }
}
