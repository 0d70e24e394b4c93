//! The diagram of crates in ARCHITECTURE.md, a Mermaid flowchart: an arrow is a dependency, a dotted one needs a feature.

use std::collections::{BTreeMap, BTreeSet};

use super::{crates, root};

/// From a crate's folder to that of its dependency.
type Arrow = (String, String);

/// A flowchart's arrows, solid and dotted. A node is called after its label, such as `runtime["crates/runtime"]`, or else after its id.
fn read(flowchart: &str) -> (BTreeSet<Arrow>, BTreeSet<Arrow>) {
    let (mut solid, mut dotted, mut labels) = (Vec::new(), Vec::new(), BTreeMap::new());
    let mut node = |text: &str| {
        let text = text.trim().trim_end_matches(';');
        let id = text.split(['[', '(', '{']).next().expect("a split has a first part").trim().to_owned();
        let label = text[id.len()..].trim_matches(['[', ']', '(', ')', '{', '}', '"', ' ']);
        if !label.is_empty() {
            labels.insert(id.clone(), label.to_owned());
        }
        id
    };
    for line in flowchart.lines().map(str::trim).filter(|line| !line.starts_with("%%")) {
        for (arrow, arrows) in [("-->", &mut solid), ("-.->", &mut dotted)] {
            if !line.contains(arrow) {
                continue;
            }
            let groups: Vec<Vec<String>> =
                line.split(arrow).map(|group| group.split('&').map(&mut node).collect()).collect();
            for pair in groups.windows(2) {
                let from = pair[0].iter().flat_map(|from| pair[1].iter().map(move |to| (from.clone(), to.clone())));
                arrows.extend(from);
            }
        }
    }
    let named = |arrows: Vec<Arrow>| {
        let name = |id: String| labels.get(&id).cloned().unwrap_or(id);
        arrows.into_iter().map(|(from, to)| (name(from), name(to))).collect()
    };
    (named(solid), named(dotted))
}

#[test]
fn flowcharts_are_read_with_labels_chains_and_groups() {
    let (solid, dotted) = read("flowchart TD\n  %% a --> z\n  a[\"crates/a\"] --> b --> c;\n  a -.-> d & e(\"f\")\n");
    let pairs = |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    assert_eq!(solid, pairs(&[("crates/a", "b"), ("b", "c")]));
    assert_eq!(dotted, pairs(&[("crates/a", "d"), ("crates/a", "f")]));
}

#[test]
fn the_diagram_of_crates_shows_the_dependencies_that_cargo_knows() {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let flowchart = text.split("```mermaid\n").nth(1).and_then(|rest| rest.split("```").next());
    let (solid, dotted) = read(flowchart.expect("ARCHITECTURE.md has a Mermaid diagram"));
    let crates: Vec<_> = crates().into_iter().filter(|one| one.is_published).collect();
    let arrows = |with_a_feature: bool| -> BTreeSet<Arrow> {
        let of = |one: &super::Crate| {
            let (from, to) = (one.folder.clone(), one.depends_on.clone());
            to.into_iter()
                .filter(move |(_, optional)| *optional == with_a_feature)
                .map(move |(to, _)| (from.clone(), to))
        };
        crates.iter().flat_map(of).collect()
    };
    assert_eq!(solid, arrows(false), "solid arrows; right: `cargo metadata`");
    assert_eq!(dotted, arrows(true), "dotted arrows, of optional dependencies; right: `cargo metadata`");
}
