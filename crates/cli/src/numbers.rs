//! Formats and parses numbers, times and sizes for people.

use shelf_runtime::book::PageNumber;

/// `1 page`, `2 pages`.
pub(super) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// `57,344`.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(",")
}

/// A share as a percentage: `0.66 %`.
pub(super) fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

/// Page numbers as ranges: `1-5, 9`.
pub(super) fn ranges(pages: impl IntoIterator<Item = PageNumber>) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for page in pages {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == page.get() => *last = page.get(),
            _ => ranges.push((page.get(), page.get())),
        }
    }
    let shown = |(first, last): &(u32, u32)| if first == last { first.to_string() } else { format!("{first}-{last}") };
    ranges.iter().map(shown).collect::<Vec<_>>().join(", ")
}

/// `page 7`, `pages 1-5, 9`.
pub(super) fn pages(pages: impl IntoIterator<Item = PageNumber>) -> String {
    let ranges = ranges(pages);
    let noun = if ranges.contains([',', '-']) { "pages" } else { "page" };
    format!("{noun} {ranges}")
}

/// A number rounded to four significant decimals: `3`, `12.35`, `0.0001234`.
pub(super) fn short(number: f64) -> String {
    if number.fract() == 0.0 || !number.is_finite() {
        return format!("{number}");
    }
    let magnitude = number.abs().log10().floor() as i32;
    let decimals = (3 - magnitude).clamp(1, 12) as usize;
    let text = format!("{number:.decimals$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `850 ms`, `12.3 s`, `4 min 05 s`, `2 h 10 min`.
pub(super) fn time(seconds: f64) -> String {
    match seconds {
        s if s < 1.0 => format!("{:.0} ms", s * 1000.0),
        s if s < 60.0 => format!("{s:.1} s"),
        s if s < 3600.0 => format!("{} min {:02} s", s as u64 / 60, s as u64 % 60),
        s => format!("{} h {:02} min", s as u64 / 3600, s as u64 % 3600 / 60),
    }
}

/// An estimated time: `about 13 s`, `about 4 min`, `about 2 h 10 min`.
pub(super) fn brief_time(seconds: f64) -> String {
    let minutes = (seconds / 60.0).round() as u64;
    match seconds {
        s if s < 59.5 => format!("about {s:.0} s"),
        s if s < 3570.0 => format!("about {minutes} min"),
        _ => format!("about {} h {:02} min", minutes / 60, minutes % 60),
    }
}

/// Parses a time such as `90` (seconds), `90s`, `30m` or `6h`.
pub(super) fn parse_time(text: &str) -> Result<std::time::Duration, String> {
    let split = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let factor = match unit.trim() {
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return Err(format!("unknown unit `{unit}`; expected a time such as `90s`, `30m` or `6h`")),
    };
    let number: f64 = number.trim().parse().map_err(|_| "expected a time such as `90s`, `30m` or `6h`".to_owned())?;
    std::time::Duration::try_from_secs_f64(number * factor).map_err(|error| error.to_string())
}

/// Parses an age such as `30d`, `2w` or `12h`.
pub(super) fn parse_age(text: &str) -> Result<std::time::Duration, String> {
    let days = |number: &str, days: f64| {
        let number: f64 =
            number.trim().parse().map_err(|_| "expected an age such as `30d`, `2w` or `12h`".to_owned())?;
        std::time::Duration::try_from_secs_f64(number * days * 86_400.0).map_err(|error| error.to_string())
    };
    match text.split_at(text.len().saturating_sub(usize::from(text.is_ascii()))) {
        (number, "d") => days(number, 1.0),
        (number, "w") => days(number, 7.0),
        (_, "h" | "m") => parse_time(text),
        _ => Err("expected an age such as `30d`, `2w` or `12h`".to_owned()),
    }
}

/// A size: `512 B`, `1.4 MB`, `23 GB`.
pub(super) fn bytes(bytes: u64) -> String {
    let mut number = bytes as f64;
    let mut units = ["B", "KB", "MB", "GB"].into_iter();
    let mut unit = units.next().unwrap_or_default();
    for next in units {
        if number < 1000.0 {
            break;
        }
        (number, unit) = (number / 1024.0, next);
    }
    if unit == "B" || number >= 10.0 { format!("{number:.0} {unit}") } else { format!("{number:.1} {unit}") }
}

/// Parses a size such as `1500M` or `2G`; returns bytes.
pub(super) fn parse_bytes(text: &str) -> Result<u64, String> {
    let wrong = || "expected a size such as `1500M` or `2G`".to_owned();
    let split = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let factor = match unit.to_ascii_uppercase().trim_end_matches("IB").trim_end_matches('B') {
        "" => 1,
        "K" => 1 << 10,
        "M" => 1 << 20,
        "G" => 1 << 30,
        _ => return Err(wrong()),
    };
    number.trim().parse::<u64>().ok().and_then(|number| number.checked_mul(factor)).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn neighbouring_pages_are_one_range() {
        assert_eq!(ranges([1, 2, 3, 5, 7, 8].into_iter().filter_map(PageNumber::new)), "1-3, 5, 7-8");
    }

    #[test]
    fn times_and_sizes_have_units() {
        assert_eq!(parse_time("6h"), Ok(Duration::from_hours(6)));
        assert_eq!(parse_time("1.5m"), Ok(Duration::from_secs(90)));
        assert!(parse_time("6 weeks").is_err() && parse_time("-1").is_err() && parse_time("h").is_err());
        assert_eq!(parse_bytes("1500M"), Ok(1_572_864_000));
        assert_eq!(parse_bytes("2GiB"), Ok(2_147_483_648));
        assert!(parse_bytes("2X").is_err() && parse_bytes("M").is_err());
    }

    #[test]
    fn ages_are_in_days_weeks_or_hours() {
        assert_eq!(parse_age("30d"), Ok(Duration::from_hours(720)));
        assert_eq!(parse_age("1.5w"), Ok(Duration::from_hours(252)));
        assert_eq!(parse_age("12h"), Ok(Duration::from_hours(12)));
        for wrong in ["30", "d", "-1d", "30 days", "", "30д"] {
            assert!(parse_age(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes_have_the_unit_that_fits() {
        assert_eq!([0, 999, 1_500, 20_000_000, 5 << 30].map(bytes), ["0 B", "999 B", "1.5 KB", "19 MB", "5.0 GB"]);
    }

    #[test]
    fn numbers_keep_significant_digits() {
        assert_eq!(short(300.0), "300");
        assert_eq!(short(12.3456), "12.35");
        assert_eq!(short(0.000_123_46), "0.0001235");
        assert_eq!(short(-0.5), "-0.5");
        assert_eq!(short(123_456.78), "123456.8");
        assert_eq!(short(0.99999), "1");
    }

    #[test]
    fn times_read_well() {
        assert_eq!(time(0.25), "250 ms");
        assert_eq!(time(65.0), "1 min 05 s");
        assert_eq!(time(7800.0), "2 h 10 min");
        assert_eq!(
            [0.6, 59.4, 3569.0, 7800.0].map(brief_time),
            ["about 1 s", "about 59 s", "about 59 min", "about 2 h 10 min"]
        );
    }
}
