use std::any::TypeId;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::scan_text::ScanText;
use super::store::read_stored_text;
use shelf_runtime::__private::inventory;
use shelf_runtime::failure::{Cause, Failure};
use shelf_runtime::stage::{Cx, ExternalInput, FromCx, HasPage, Parameter, Stage, UnreadInput};

/// What a stage does with the text that came with a scan: its option `existing_text`. With `ignore`, the text is not part of the page's fingerprint.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExistingTextUse {
    /// Recognise the scan
    #[default]
    Ignore,
    /// Recognise the scan, and flag the page where the two differ widely
    Compare,
    /// Take the text instead of recognising the scan
    Use,
}

inventory::submit! {
    UnreadInput { of: TypeId::of::<ExistingTextUse>, value: "ignore", input: ExternalInput::ExistingText }
}

/// The text that came with the scan of a page: a parameter of a stage. It has none if the options say [`ExistingTextUse::Ignore`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExistingText(pub Option<ScanText>);

impl<'a> FromCx<'a> for ExistingText {
    const INPUT: ExternalInput = ExternalInput::ExistingText;

    fn from_cx(cx: &'a Cx) -> Result<Self, Failure> {
        let Some(bytes) = cx.existing_text()? else { return Ok(Self(None)) };
        let text = read_stored_text(&bytes).map_err(|error| {
            Failure::of(Cause::Input, format!("cannot read the text that came with the scan: {error}"))
        })?;
        Ok(Self(Some(text)))
    }
}

#[diagnostic::do_not_recommend]
impl<S: Stage<Scope: HasPage>> Parameter<'_, S> for ExistingText {}
