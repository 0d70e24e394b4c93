use super::{Columns, PageMetrics};

/// Which metrics are columns of `report.csv`, and which values flag a page for review. Derive it beside [`PageMetrics`], or on a
/// separate struct with `#[report(of = Metrics)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not define columns for the report",
    label = "add `Report` to its derives",
    note = "put `#[derive(PageMetrics, Report)]` on it"
)]
pub trait Report: PageMetrics {
    /// Lists the columns, in order, after `page_num`; [`Columns::of`] gives the list.
    fn columns(columns: &mut Columns);
}
