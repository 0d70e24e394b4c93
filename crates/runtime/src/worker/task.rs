use std::fmt;

use serde::{Serialize, de::DeserializeOwned};

use crate::failure::Failure;

/// A named function that runs in a child process. What goes in and what comes out is serialised.
pub struct Task<In, Out> {
    name: &'static str,
    /// What it is called in messages.
    shown: &'static str,
    run: fn(In) -> Result<Out, Failure>,
}

impl<In, Out> Task<In, Out>
where
    In: Serialize + DeserializeOwned,
    Out: Serialize + DeserializeOwned,
{
    /// The task `name`, which has to be registered with [`worker_task!`](crate::worker_task).
    #[must_use]
    pub const fn new(name: &'static str, run: fn(In) -> Result<Out, Failure>) -> Self {
        Self { name, shown: name, run }
    }

    /// The task's name, unique in the program: `<module>.<function>`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The same task, called otherwise in messages: one that works for many callers has the name of each.
    pub(crate) fn shown_as(&self, shown: &'static str) -> Self {
        Self { name: self.name, shown, run: self.run }
    }

    pub(super) fn shown(&self) -> &'static str {
        self.shown
    }

    pub(super) fn run_here(&self, input: In) -> Result<Out, Failure> {
        (self.run)(input)
    }

    /// Runs the task on serialised input: what the child does. Used by [`worker_task!`](crate::worker_task).
    #[doc(hidden)]
    pub fn run_serialised(&self, input: Vec<u8>) -> Result<Vec<u8>, Failure> {
        let typed = rmp_serde::from_slice(&input)?;
        // A page's memory is limited: not twice the same while the task runs.
        drop(input);
        let output = (self.run)(typed)?;
        Ok(rmp_serde::to_vec_named(&output)?)
    }
}

impl<In, Out> fmt::Debug for Task<In, Out> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Task").field(&self.name).finish()
    }
}

/// A task in the registry, without its types.
#[derive(Clone, Copy)]
pub struct TaskRow {
    /// Its name.
    pub name: &'static str,
    /// Runs it on serialised input.
    pub run: fn(Vec<u8>) -> Result<Vec<u8>, Failure>,
}

inventory::collect!(TaskRow);

/// Registers a [`Task`], so that a child process finds it by name.
#[macro_export]
macro_rules! worker_task {
    ($task:ident) => {
        $crate::__private::inventory::submit! {
            $crate::worker::TaskRow { name: $task.registered_name(), run: |input| $task.run_serialised(input) }
        }
    };
}

impl<In, Out> Task<In, Out> {
    /// The name, for the registration in a `const`.
    #[doc(hidden)]
    #[must_use]
    pub const fn registered_name(&self) -> &'static str {
        self.name
    }
}
