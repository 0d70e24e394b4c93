//! The guide shows the code of this crate.

const GUIDE: &str = include_str!("../../../shelf/docs/writing-a-stage.md");

const FILES: [&str; 7] = [
    include_str!("../../src/layout.rs"),
    include_str!("../../src/odd_page.rs"),
    include_str!("../../src/page_kind.rs"),
    include_str!("../../src/running_head.rs"),
    include_str!("../../src/short_page.rs"),
    include_str!("../../src/text_lines.rs"),
    include_str!("../../src/usual_page.rs"),
];

/// Lines without their indentation, which is another one in a test's body.
fn trimmed(text: &str) -> String {
    text.lines().flat_map(|line| [line.trim(), "\n"]).collect()
}

/// The parts of the guide's blocks that a blank line divides, without those that only import.
fn shown() -> Vec<String> {
    let blocks = GUIDE.split("```rust\n").skip(1).filter_map(|rest| rest.split_once("```"));
    let parts = blocks.flat_map(|(block, _)| block.trim().split("\n\n")).map(trimmed);
    parts.filter(|part| !part.lines().all(|line| line.starts_with("use "))).collect()
}

#[test]
fn every_part_of_a_block_is_in_a_file() {
    let files = FILES.map(trimmed);
    let shown = shown();
    assert!(shown.len() > 10, "the guide has blocks");
    for part in shown {
        assert!(files.iter().any(|file| file.contains(&part)), "in no file of this crate:\n{part}");
    }
}

#[test]
fn every_stage_is_shown() {
    let shown = shown();
    for file in FILES {
        let function = file.split("#[stage(").nth(1).and_then(|rest| rest.split("fn ").nth(1)).expect("a stage");
        let head = format!("fn {}", function.lines().next().expect("its signature"));
        assert!(shown.iter().any(|part| part.contains(&head)), "not in the guide: {head}");
    }
}
