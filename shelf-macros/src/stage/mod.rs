//! `#[stage]`: [`syntax`] reads, [`check`] judges, [`model`] is what is left, [`emit`] writes.

mod check;
mod emit;
mod expand;
mod model;
mod name;
mod named_dependency;
mod output;
mod parameters;
mod policy;
mod returned;
mod syntax;
mod tokens;

pub(crate) use expand::expand;
#[cfg(test)]
pub(crate) use expand::expand_beside;
