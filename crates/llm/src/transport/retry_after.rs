use std::time::Duration;

/// How long a server says to wait: `retry-after-ms`, or else `Retry-After` in seconds or as a date; at most a year.
///
/// Format: RFC 9110, section 10.2.3; `retry-after-ms` as OpenAI's clients read it.
pub(super) fn retry_after(header: impl Fn(&str) -> Option<String>, now: jiff::Timestamp) -> Option<Duration> {
    let milliseconds = header("retry-after-ms").and_then(|text| text.trim().parse::<f64>().ok()).map(|ms| ms / 1000.0);
    let seconds = || {
        let text = header("retry-after")?;
        text.trim().parse::<f64>().ok().or_else(|| seconds_until(text.trim(), now))
    };
    let wait = milliseconds.or_else(seconds).filter(|wait| wait.is_finite())?;
    Some(Duration::from_secs_f64(wait.clamp(0.0, YEAR_SECONDS)))
}

const YEAR_SECONDS: f64 = 365.0 * 86_400.0;

fn seconds_until(date: &str, now: jiff::Timestamp) -> Option<f64> {
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(date).ok()?;
    Some(date.duration_since(now).as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(headers: &[(&str, &str)]) -> Option<f64> {
        let now = "1994-11-06T08:49:07Z".parse().unwrap();
        let header =
            |name: &str| headers.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        retry_after(header, now).map(|wait| wait.as_secs_f64())
    }

    #[test]
    fn parses_milliseconds_seconds_and_dates() {
        assert_eq!(wait(&[("retry-after-ms", "1500"), ("retry-after", "7")]), Some(1.5));
        assert_eq!(wait(&[("retry-after", "7")]), Some(7.0));
        assert_eq!(wait(&[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")]), Some(30.0));
        assert_eq!(wait(&[("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")]), Some(0.0));
        assert_eq!(wait(&[("retry-after", "86400")]), Some(86_400.0));
        assert_eq!(wait(&[("retry-after", "1e300")]), Some(YEAR_SECONDS));
        assert_eq!(wait(&[("retry-after", "soon")]), None);
        assert_eq!(wait(&[]), None);
    }
}
