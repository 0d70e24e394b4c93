use std::fmt::Write as _;

use super::{Contest, Measured};

/// A contest as a section in Markdown: its commands, the medians, and what each contender takes relative to shelf.
#[must_use]
pub fn section(contest: &Contest, measured: &[Measured]) -> String {
    let mut section =
        format!("### {}\n\n| contender | median | times shelf's | processors | times shelf's |\n", contest.title);
    section.push_str("| --- | ---: | ---: | ---: | ---: |\n");
    let Some(shelf) = measured.first() else { return section };
    for (contender, took) in contest.contenders.iter().zip(measured) {
        let (clock, cpu) = (took.median(), took.cpu_median());
        let (times, cpu_times) = (clock / shelf.median(), cpu / shelf.cpu_median());
        let (clock, own) = (seconds(clock), contender.prints_its_time);
        let own = own || cpu.is_nan();
        let cpu = if own { String::new() } else { seconds(cpu) };
        let cpu_times = if own { String::new() } else { format!("{cpu_times:.2} ×") };
        let _ = writeln!(section, "| {} | {clock} | {times:.2} × | {cpu} | {cpu_times} |", contender.name);
    }
    for goal in &contest.goals {
        let of = contest.contenders.iter().zip(measured).find(|(contender, _)| contender.name == goal.of);
        let Some((_, took)) = of else { continue };
        let found = took.median() / shelf.median();
        let missed = if found >= goal.at_least { "" } else { " **missed**" };
        let _ = writeln!(section, "\nGoal: {} takes ≥ {} × shelf's time: {found:.2} ×{missed}", goal.of, goal.at_least);
    }
    section.push_str("\n```sh\n");
    for contender in &contest.contenders {
        let prepare =
            if contender.prepare.is_empty() { String::new() } else { format!("# before: {}\n", contender.prepare) };
        let _ = writeln!(section, "# {}\n{prepare}{}", contender.name, contender.command);
    }
    section + "```\n"
}

fn seconds(value: f64) -> String {
    if value < 1.0 { format!("{:.1} ms", value * 1000.0) } else { format!("{value:.2} s") }
}

/// Puts `text` between the marks of `name` in a document, which keeps everything else.
///
/// # Panics
/// The document has no such marks.
#[must_use]
pub fn replace_between_markers(document: &str, name: &str, text: &str) -> String {
    let begin = format!("<!-- written by `make bench`: {name} -->");
    let end = format!("<!-- end of {name} -->");
    let (before, rest) = document.split_once(&begin).unwrap_or_else(|| panic!("the document has no `{begin}`"));
    let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("the document has no `{end}`"));
    format!("{before}{begin}\n\n{text}\n{end}{after}")
}

#[cfg(test)]
mod tests {
    use super::{replace_between_markers, section};
    use crate::bench::{Contender, Contest, Goal, Measured, contests, long_contests};

    #[test]
    fn ratios_are_relative_to_shelf_and_missed_goals_are_marked() {
        let took = |seconds: f64| Measured { seconds: vec![seconds; 3], cpu_seconds: vec![seconds * 2.0; 3] };
        let contest = Contest {
            name: "test",
            title: "A test".to_owned(),
            times: 1,
            contenders: vec![Contender::new("shelf", "a"), Contender::new("other", "b").after("c")],
            goals: vec![Goal { of: "other", at_least: 2.0 }, Goal { of: "other", at_least: 5.0 }],
        };
        let text = section(&contest, &[took(0.5), took(2.0)]);
        assert!(text.contains("| other | 2.00 s | 4.00 × | 4.00 s | 4.00 × |"), "{text}");
        assert!(
            text.contains("≥ 2 × shelf's time: 4.00 ×\n") && text.contains("≥ 5 × shelf's time: 4.00 × **missed**"),
            "{text}"
        );
        assert!(text.contains("# other\n# before: c\nb\n"), "{text}");
    }

    #[test]
    fn the_document_has_a_place_for_every_contest() {
        let mut document = include_str!("../../../docs/performance.md").to_owned();
        for contest in contests().iter().chain(&long_contests()) {
            document = replace_between_markers(&document, contest.name, "measured");
        }
        assert!(document.matches("measured\n<!-- end of").count() >= 15, "{document}");
    }

    #[test]
    fn replaces_only_what_is_between_the_marks() {
        let document = "a\n<!-- written by `make bench`: x -->old<!-- end of x -->\nb";
        let replaced = replace_between_markers(document, "x", "new");
        assert_eq!(replaced, "a\n<!-- written by `make bench`: x -->\n\nnew\n<!-- end of x -->\nb");
    }
}
