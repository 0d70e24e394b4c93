use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, prlimit};

use shelf_runtime::failure::{Cause, Failure};

/// Why a program of poppler gave no result.
#[derive(Debug)]
pub(super) enum PopplerError {
    /// The program is not installed.
    NotInstalled(String),
    Failed(Box<Failure>),
}

impl From<Failure> for PopplerError {
    fn from(failure: Failure) -> Self {
        Self::Failed(Box::new(failure))
    }
}

impl From<PopplerError> for Failure {
    fn from(error: PopplerError) -> Self {
        match error {
            PopplerError::NotInstalled(program) => {
                Self::new(format!("`{program}` is not installed; it reads pages of PDFs"))
                    .hint("install poppler, on Debian and Ubuntu: `sudo apt-get install poppler-utils`")
            }
            PopplerError::Failed(failure) => *failure,
        }
    }
}

/// Runs a program of poppler that writes to its standard output, at most `max_bytes`. It must end before the worker process would, so that it never outlives it.
pub(super) fn run(mut command: Command, max_bytes: u64, time_limit: Duration) -> Result<Vec<u8>, PopplerError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let started = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = started.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => PopplerError::NotInstalled(program.clone()),
        _ => Failure::from(error).context(format!("cannot start `{program}`")).into(),
    })?;
    limit_time(&child, time_limit);
    let output = child.stdout.take().expect("its standard output is a pipe");
    let mut errors = child.stderr.take().expect("its standard error is a pipe");
    let error_reader = std::thread::spawn(move || {
        let mut text = Vec::new();
        // A read error loses only the message; the rest of a long one is drained, so that the writer never blocks.
        let _ = (&mut errors).take(2000).read_to_end(&mut text);
        let _ = std::io::copy(&mut errors, &mut std::io::sink());
        String::from_utf8_lossy(&text).trim().to_owned()
    });
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut content = Vec::new();
        let read = output.take(max_bytes + 1).read_to_end(&mut content).map(|_| content);
        let _ = sender.send(read);
    });
    let content = receiver.recv_timeout(time_limit);
    if content.is_err() {
        child.kill().map_err(Failure::from)?;
    }
    let status = child.wait().map_err(Failure::from)?;
    let message = error_reader.join().unwrap_or_default();
    let Ok(content) = content else {
        let problem = format!("`{program}` took longer than {} s for the page", time_limit.as_secs());
        return Err(Failure::of(Cause::Timeout, problem).into());
    };
    let content = content.map_err(Failure::from)?;
    if content.len() as u64 > max_bytes {
        return Err(Failure::new(format!("`{program}` wrote more than {} MiB for the page", max_bytes >> 20)).into());
    }
    if !status.success() || content.is_empty() {
        let mut failure = Failure::new(format!("`{program}` cannot read the page ({status})"));
        failure.causes.extend((!message.is_empty()).then_some(message));
        return Err(failure.into());
    }
    Ok(content)
}

/// Has the kernel end a program that never finishes, in case this process dies before it.
fn limit_time(child: &Child, time_limit: Duration) {
    let seconds = Some(time_limit.as_secs());
    let limit = Rlimit { current: seconds, maximum: seconds };
    // An error means that the limit is lower already, or that the program has ended.
    let _ = Pid::from_raw(child.id().cast_signed()).map(|pid| prlimit(Some(pid), Resource::Cpu, limit));
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_secs(20);

    #[test]
    fn missing_or_failing_program_is_reported() {
        let missing = Failure::from(run(Command::new("pdftoppm-that-is-not-there"), 9, SOON).unwrap_err());
        assert!(missing.hint.unwrap().contains("poppler-utils"));
        let mut failing = Command::new("sh");
        failing.args(["-c", "echo no such page >&2; exit 3"]);
        let failure = Failure::from(run(failing, 9, SOON).unwrap_err()).to_string();
        assert!(failure.contains("exit status: 3") && failure.ends_with("no such page"), "{failure}");
    }

    #[test]
    fn too_much_output_is_refused() {
        let mut talkative = Command::new("yes");
        talkative.arg("word");
        let failure = Failure::from(run(talkative, 1 << 20, SOON).unwrap_err()).to_string();
        assert!(failure.contains("more than 1 MiB"), "{failure}");
    }
}
