use shelf::prelude::*;

/// A page that was looked at.
#[page]
pub struct Seen {
    /// The scan's number.
    #[garde(range(min = 1))]
    pub page_number: u32,
}

/// Looks at every page; page 2 is too much for it.
#[stage(name = "fragile", isolated)]
pub fn fragile(page: PageNumber) -> Result<Seen> {
    if page.get() == 2 {
        std::process::abort();
    }
    Ok(Seen { page_number: page.get() })
}
