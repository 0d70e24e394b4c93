use serde::Serialize;
use serde_json::Value;

/// The text of a stage's output: [`text_of`] its JSON.
///
/// # Errors
/// The output cannot be serialised as JSON.
pub fn page_text(page: &impl Serialize) -> Result<String, serde_json::Error> {
    Ok(text_of(&serde_json::to_value(page)?))
}

/// The text of a page of `ocr` or `merged`: its paragraphs in order, a line each, blocks as they come.
///
/// A page of another shape has what text there is in `blocks[].paragraphs[].text`: none where nothing is.
#[must_use]
pub fn text_of(page: &Value) -> String {
    let paragraphs: Vec<&str> = list(&page["blocks"])
        .flat_map(|block| list(&block["paragraphs"]))
        .filter_map(|paragraph| paragraph["text"].as_str())
        .collect();
    paragraphs.join("\n")
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::text_of;

    #[test]
    fn paragraphs_are_in_order() {
        let page = json!({ "page_number": 3, "blocks": [
            { "block_num": 0, "paragraphs": [{ "par_num": 0, "text": "14 OF SHELVES" }] },
            { "block_num": 1, "paragraphs": [{ "par_num": 0, "text": "One cam-\npaign." }, { "par_num": 1, "text": "Two." }] },
        ]});
        assert_eq!(text_of(&page), "14 OF SHELVES\nOne cam-\npaign.\nTwo.");
    }

    #[test]
    fn page_without_text_is_empty() {
        let unchanged = json!({ "blocks": [{ "paragraphs": [{ "par_num": 0, "text": null }] }, { "block_num": 1 }] });
        for page in [json!({}), json!({ "blocks": [] }), json!(null), unchanged] {
            assert_eq!(text_of(&page), "", "{page}");
        }
    }
}
