use super::Timeline;

/// A page that shows a timeline. It loads nothing: everything is in the one file.
pub(crate) fn html(timeline: &Timeline, command: &str) -> String {
    // Within a script, `<` could end it.
    let data =
        serde_json::to_string(timeline).expect("a timeline consists of texts and numbers").replace('<', "\\u003c");
    let command = command.replace('&', "&amp;").replace('<', "&lt;");
    include_str!("timings.html").replace("{{command}}", &command).replace("{{data}}", &data)
}

#[cfg(test)]
mod tests {
    use super::html;
    use crate::timings::Timeline;

    #[test]
    fn page_is_self_contained_and_holds_the_timeline() {
        let page = html(&Timeline { seconds: 1.5, ..Timeline::default() }, "shelf process <all> --timings a.html");
        assert!(page.contains("shelf process &lt;all> --timings a.html") && page.contains("\"seconds\":1.5"));
        for outside in ["http:", "https:", "src=", "<link", "@import", "{{"] {
            assert!(!page.contains(outside), "{outside}");
        }
    }

    #[test]
    fn a_name_cannot_end_the_script() {
        let books = vec!["</script><b>".to_owned()];
        let page = html(&Timeline { books, ..Timeline::default() }, "shelf");
        assert!(page.contains("\\u003c/script>") && page.matches("</script>").count() == 1, "{page}");
    }
}
