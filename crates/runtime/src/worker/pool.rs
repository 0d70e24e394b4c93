//! The children of a program, and whose turn it is.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::process::{Outcome, Process};
use super::{Allowance, ChildSettings};
use crate::failure::{Cause, Failure};

/// Up to `settings.count` children, each started when a call finds none idle.
pub(super) struct Pool {
    settings: ChildSettings,
    places: Mutex<Places>,
    freed: Condvar,
}

#[derive(Default)]
struct Places {
    idle: Vec<Process>,
    /// Calls that have a place now.
    taken: usize,
}

/// A call's place among the children, given back when it is dropped.
struct Place<'a> {
    pool: &'a Pool,
    /// The child, as long as it is well.
    process: Option<Process>,
}

impl Pool {
    pub(super) fn new(settings: ChildSettings) -> Self {
        Self { settings, places: Mutex::default(), freed: Condvar::new() }
    }

    /// Runs a task in a child: blocks until one is free, and until it has answered, died, or been killed for taking too long.
    pub(super) fn call(
        &self,
        task: &str,
        shown: &str,
        input: Vec<u8>,
        allowance: Allowance,
    ) -> Result<Vec<u8>, Failure> {
        let settings = &self.settings;
        let input = Arc::new(input);
        let mut place = self.take_place();
        loop {
            let (mut process, fresh) = match place.process.take() {
                Some(idle) => (idle, false),
                None => (Process::start(settings).map_err(|error| self.not_started(shown, &error))?, true),
            };
            match process.run(task, Arc::clone(&input), allowance, settings) {
                Outcome::Answer(answer) => {
                    place.process = Some(process);
                    return answer;
                }
                Outcome::Death { death, taken: true } => return Err(death.during(shown, settings)),
                // It had died while idle: the page is not to blame.
                Outcome::Death { taken: false, .. } if !fresh => {}
                Outcome::Death { death, .. } => return Err(death.before(shown, settings)),
                Outcome::Late(limit) => {
                    let seconds = (limit.as_secs_f64() * 10.0).round() / 10.0;
                    return Err(Failure::of(Cause::Timeout, format!("`{shown}` took longer than {seconds} s"))
                        .hint("raise the limit with `--child-time`"));
                }
                Outcome::Garbled(error) => {
                    let program = settings.program.display();
                    let problem = format!("`{shown}` was answered by `{program}` with something that is no reply");
                    return Err(Failure { causes: vec![error.to_string()], ..Failure::of(Cause::Crash, problem) });
                }
            }
        }
    }

    fn take_place(&self) -> Place<'_> {
        let count = self.settings.count.max(1);
        let mut places = self
            .freed
            .wait_while(self.places(), |places| places.taken >= count)
            .unwrap_or_else(PoisonError::into_inner);
        places.taken += 1;
        Place { pool: self, process: places.idle.pop() }
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn not_started(&self, shown: &str, error: &io::Error) -> Failure {
        let program = self.settings.program.display();
        let problem = format!("`{shown}` was not begun: the child process `{program}` could not be started");
        Failure { causes: vec![error.to_string()], transient: true, ..Failure::of(Cause::Crash, problem) }
            .hint("perhaps the program was moved or replaced since it began: start it again")
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut places = self.pool.places();
        places.taken -= 1;
        places.idle.extend(self.process.take());
        drop(places);
        self.pool.freed.notify_one();
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let places = self.places.get_mut().unwrap_or_else(PoisonError::into_inner);
        places.idle.iter_mut().for_each(Process::close);
        places.idle.drain(..).for_each(|mut process| drop(process.bury()));
    }
}
