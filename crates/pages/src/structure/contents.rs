use shelf_runtime::page;

/// An entry of the printed table of contents.
#[page]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentsEntry {
    /// The scan on which it is printed.
    #[garde(range(min = 1))]
    pub page: u32,
    /// Its text without the page number.
    pub text: String,
    /// The page number that it gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub printed_page_number: Option<String>,
    /// The element of the heading that it lists; none if no such heading was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heading: Option<u32>,
}
