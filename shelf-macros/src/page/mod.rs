//! `#[page]`: [`expand`] adds the derives, [`rules`] reads what `#[garde(…)]` says of fields, [`shape`] what serde's attributes make of
//! the type in JSON, and [`validate`] writes the implementation of `garde::Validate`.

mod expand;
mod rules;
mod shape;
mod validate;

pub(crate) use expand::expand;
#[cfg(test)]
pub(crate) use expand::expand_beside;
