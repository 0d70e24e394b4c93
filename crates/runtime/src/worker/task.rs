use std::fmt;

use serde::{Serialize, de::DeserializeOwned};

use crate::failure::Failure;

/// A named function that runs in a worker process. Its input and output are serialised.
pub struct Task<In, Out> {
    name: &'static str,
    /// Its name in messages.
    shown: &'static str,
    is_confined: bool,
    run: fn(In) -> Result<Out, Failure>,
}

/// What a pool needs to know of a task.
#[derive(Debug, Clone, Copy)]
pub(super) struct TaskRequest {
    pub(super) name: &'static str,
    pub(super) shown: &'static str,
    pub(super) is_confined: bool,
}

impl<In, Out> Task<In, Out>
where
    In: Serialize + DeserializeOwned,
    Out: Serialize + DeserializeOwned,
{
    /// The task `name`, which must be registered with [`worker_task!`](crate::worker_task).
    #[must_use]
    pub const fn new(name: &'static str, run: fn(In) -> Result<Out, Failure>) -> Self {
        Self { name, shown: name, is_confined: true, run }
    }

    /// The same task in a worker that is not confined.
    pub(crate) const fn unconfined(self) -> Self {
        Self { is_confined: false, ..self }
    }

    /// The task's name, unique in the program: `<module>.<function>`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The same task under another name in messages, such as that of the caller.
    pub(crate) fn shown_as(&self, shown: &'static str) -> Self {
        Self { shown, ..*self }
    }

    pub(super) fn request(&self) -> TaskRequest {
        TaskRequest { name: self.name, shown: self.shown, is_confined: self.is_confined }
    }

    pub(super) fn run_here(&self, input: In) -> Result<Out, Failure> {
        (self.run)(input)
    }

    /// Runs the task on serialised input, in the worker. Used by [`worker_task!`](crate::worker_task).
    #[doc(hidden)]
    pub fn run_serialised(&self, input: Vec<u8>) -> Result<Vec<u8>, Failure> {
        let typed = rmp_serde::from_slice(&input)?;
        // Memory is limited: the input must not be held twice while the task runs.
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

/// Registers a [`Task`], so that a worker process finds it by name.
#[macro_export]
macro_rules! worker_task {
    ($task:ident) => {
        $crate::__private::inventory::submit! {
            $crate::worker::TaskRow { name: $task.registered_name(), run: |input| $task.run_serialised(input) }
        }
    };
}

impl<In, Out> Task<In, Out> {
    /// The name, for registration in a `const`.
    #[doc(hidden)]
    #[must_use]
    pub const fn registered_name(&self) -> &'static str {
        self.name
    }
}
