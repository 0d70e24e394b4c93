use std::time::Duration;

use syn::ext::IdentExt;
use syn::{Lit, LitStr};

use super::model::{MaxFailed, OnError, Parameter, Policy};
use super::named_dependency::Listed;
use super::syntax::{Function, OnErrorSyntax, PolicySyntax};
use crate::diagnostics::Diagnostics;
use crate::suggest::did_you_mean;

/// What becomes of pages that fail: how often they are tried, how long, what stands in for them, and how many may fail.
pub(super) fn check_policy(
    written: &PolicySyntax,
    function: &Function,
    isolated: bool,
    listed: &Listed,
    parameters: &[Parameter],
    diagnostics: &mut Diagnostics,
) -> Policy {
    Policy {
        retries: check_retries(written.retries.as_ref(), diagnostics),
        timeout: check_timeout(written.timeout.as_ref(), function, isolated, diagnostics),
        on_error: check_on_error(written.on_error.as_ref(), listed, parameters, diagnostics),
        max_failed: check_max_failed(written.max_failed.as_ref(), diagnostics),
    }
}

const MOST_RETRIES: u32 = 100;

/// Retries are a whole number; none is one, too.
fn check_retries(retries: Option<&Lit>, diagnostics: &mut Diagnostics) -> Option<u32> {
    let retries = retries?;
    let number = match retries {
        Lit::Int(number) => number.base10_parse::<u32>().ok().filter(|number| *number <= MOST_RETRIES),
        _ => None,
    };
    if number.is_none() {
        diagnostics.error_at(
            retries,
            format!("`retries` is an integer from 0 to {MOST_RETRIES}: `retries = 2` tries a page three times"),
        );
    }
    number
}

/// A timeout is a time with its unit, and for what can be stopped: a future, or the worker process of an `isolated` stage.
fn check_timeout(
    timeout: Option<&Lit>,
    function: &Function,
    isolated: bool,
    diagnostics: &mut Diagnostics,
) -> Option<Duration> {
    let timeout = timeout?;
    let time = match timeout {
        Lit::Str(text) => parse_time(&text.value()),
        _ => None,
    };
    let unit = "a timeout is a duration with its unit: `\"500ms\"`, `\"120s\"`, `\"5m\"` or `\"1h\"`";
    let thread = || {
        let name = &function.signature.ident;
        format!(
            "stage `{name}` runs on a thread, which nothing can stop; add `isolated`, and its pages are made in worker processes, which are killed when the time is up"
        )
    };
    let can_be_stopped = function.signature.asyncness.is_some() || isolated;
    match (time, can_be_stopped) {
        (Some(_), true) => {}
        (Some(_), false) => diagnostics.error_at(timeout, thread()),
        (None, true) => diagnostics.error_at(timeout, unit),
        (None, false) => diagnostics.error_at(timeout, format!("{unit}; and {}", thread())),
    }
    time
}

/// `500ms`, `120s`, `5m`, `1h`; longer than nothing.
fn parse_time(text: &str) -> Option<Duration> {
    let unit = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(unit);
    let factor_ms = match unit.trim_start() {
        "ms" => 1,
        "s" => 1_000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    let ms = number.parse::<u64>().ok()?.checked_mul(factor_ms)?;
    (ms > 0).then(|| Duration::from_millis(ms))
}

/// A page that failed for good fails, is skipped, or is a copy of a dependency's.
fn check_on_error(
    written: Option<&OnErrorSyntax>,
    listed: &Listed,
    parameters: &[Parameter],
    diagnostics: &mut Diagnostics,
) -> Option<OnError> {
    let OnErrorSyntax { word, argument } = written?;
    match (word.unraw().to_string().as_str(), argument) {
        ("fail", None) => None,
        ("skip", None) => Some(OnError::Skip),
        ("copy", Some(name)) => listed
            .check(name, "on_error = copy(", ")", parameters, diagnostics)
            .map(|named| OnError::Copy(Box::new(named))),
        ("copy", None) => {
            diagnostics.error(word.span(), "`copy` needs the dependency to copy: `on_error = copy(ocr)`");
            None
        }
        (known @ ("fail" | "skip"), Some(name)) => {
            diagnostics.error(name.span(), format!("`{known}` takes nothing: write `on_error = {known}`"));
            None
        }
        (other, _) => {
            let near = did_you_mean(other, ["fail", "skip", "copy"]);
            diagnostics.error(
                word.span(),
                format!("unknown answer to an error `{other}`; expected `fail`, `skip` or `copy(ocr)`{near}"),
            );
            None
        }
    }
}

/// So many pages may fail, or such a part of them.
fn check_max_failed(written: Option<&Lit>, diagnostics: &mut Diagnostics) -> Option<MaxFailed> {
    let written = written?;
    let read = match written {
        Lit::Int(pages) => pages.base10_parse().ok().map(MaxFailed::Pages),
        Lit::Str(text) => percent(text).map(MaxFailed::Percent),
        _ => None,
    };
    if read.is_none() {
        diagnostics.error_at(
            written,
            "`max_failed` is a number of pages or a part of them up to 100 %: `max_failed = 10` or `max_failed = \"2%\"`",
        );
    }
    read
}

fn percent(text: &LitStr) -> Option<f64> {
    let text = text.value();
    let number = text.strip_suffix('%')?.trim_end();
    number.parse().ok().filter(|percent| (0.0..=100.0).contains(percent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_unit_and_is_longer_than_nothing() {
        for (text, ms) in [("500ms", 500), ("120s", 120_000), ("5 m", 300_000), ("5min", 300_000), ("1h", 3_600_000)] {
            assert_eq!(parse_time(text), Some(Duration::from_millis(ms)), "{text}");
        }
        for wrong in ["", "120", "s", "0s", "-1s", "1.5s", "120 sec", "99999999999999999h"] {
            assert_eq!(parse_time(wrong), None, "{wrong}");
        }
    }
}
