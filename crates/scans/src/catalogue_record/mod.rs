//! Reads what the catalogue of a library knows of a book: a record in Dublin Core or MARCXML.

mod dublin_core;
mod elements;
mod marcxml;
mod punctuation;
mod record;

pub(crate) use record::CatalogueRecord;
#[cfg(test)]
pub(crate) use record::RecordError;
