//! The running workers of a program, and the slots that calls wait for.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::process::{CallOutcome, Process};
use super::task::TaskRequest;
use super::{Allowance, WorkerSettings};
use crate::failure::{Cause, Failure};

/// Up to `settings.count` workers, each started when a call finds none idle.
pub(super) struct ProcessPool {
    settings: WorkerSettings,
    slots: Mutex<Slots>,
    freed: Condvar,
}

#[derive(Default)]
struct Slots {
    idle: Vec<Process>,
    /// Slots that calls hold now.
    in_use: usize,
}

/// A slot held by a call, released on drop.
struct Slot<'a> {
    pool: &'a ProcessPool,
    /// The worker, as long as it can take another call.
    process: Option<Process>,
}

impl ProcessPool {
    pub(super) fn new(settings: WorkerSettings) -> Self {
        Self { settings, slots: Mutex::default(), freed: Condvar::new() }
    }

    /// Runs a task in a worker: blocks until one is free and has answered, died or been killed for taking too long.
    pub(super) fn call(
        &self,
        TaskRequest { name, shown, is_confined }: TaskRequest,
        input: Vec<u8>,
        allowance: Allowance,
    ) -> Result<Vec<u8>, Failure> {
        let settings = &self.settings;
        let input = Arc::new(input);
        let mut slot = self.acquire_slot(is_confined);
        let mut was_killed = false;
        loop {
            let (mut process, fresh) = match slot.process.take() {
                Some(idle) => (idle, false),
                None => (Process::start(settings, is_confined).map_err(|error| self.not_started(shown, &error))?, true),
            };
            match process.run(name, Arc::clone(&input), allowance, settings) {
                CallOutcome::Answer(answer) => {
                    slot.process = Some(process);
                    return answer;
                }
                // Something else killed it, which says nothing of the page: once more, alone with a new worker.
                CallOutcome::Terminated { termination, .. } if termination.was_killed() && !was_killed => {
                    was_killed = true;
                }
                CallOutcome::Terminated { termination, accepted: true } => {
                    return Err(termination.during(shown, settings));
                }
                // It died while idle, which is not the page's fault.
                CallOutcome::Terminated { accepted: false, .. } if !fresh => {}
                CallOutcome::Terminated { termination, .. } => return Err(termination.before(shown, settings)),
                CallOutcome::TimedOut(limit) => {
                    let seconds = (limit.as_secs_f64() * 10.0).round() / 10.0;
                    return Err(Failure::of(Cause::Timeout, format!("`{shown}` took longer than {seconds} s"))
                        .hint("raise the limit with `--worker-time`"));
                }
                CallOutcome::InvalidReply(error) => {
                    let program = settings.program.display();
                    let problem = format!("`{program}` sent an invalid reply to `{shown}`");
                    return Err(Failure { causes: vec![error.to_string()], ..Failure::of(Cause::Crash, problem) });
                }
            }
        }
    }

    pub(super) fn settings(&self) -> &WorkerSettings {
        &self.settings
    }

    fn acquire_slot(&self, is_confined: bool) -> Slot<'_> {
        let count = self.settings.count.max(1);
        let mut slots =
            self.freed.wait_while(self.slots(), |slots| slots.in_use >= count).unwrap_or_else(PoisonError::into_inner);
        slots.in_use += 1;
        let fitting = slots.idle.iter().rposition(|idle| idle.is_confined == is_confined);
        let process = fitting.map(|at| slots.idle.swap_remove(at));
        // At most `count` workers: one of the other kind ends in favour of the one that will be started.
        let ending = if slots.idle.len() + slots.in_use > count { slots.idle.pop() } else { None };
        drop(slots);
        drop(ending);
        Slot { pool: self, process }
    }

    fn slots(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn not_started(&self, shown: &str, error: &io::Error) -> Failure {
        let program = self.settings.program.display();
        let problem = format!("cannot start the worker process `{program}` for `{shown}`");
        let hint = match error.kind() {
            io::ErrorKind::NotFound => "if the program was moved or replaced while it ran, start it again",
            _ => "the system refuses another process or its pipes: check `ulimit -n` and `ulimit -u`",
        };
        Failure { causes: vec![error.to_string()], transient: true, ..Failure::of(Cause::Crash, problem) }.hint(hint)
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let mut slots = self.pool.slots();
        slots.in_use -= 1;
        slots.idle.extend(self.process.take());
        drop(slots);
        self.pool.freed.notify_one();
    }
}

impl Drop for ProcessPool {
    fn drop(&mut self) {
        let slots = self.slots.get_mut().unwrap_or_else(PoisonError::into_inner);
        slots.idle.iter_mut().for_each(Process::close);
        slots.idle.drain(..).for_each(|mut process| drop(process.reap()));
    }
}
