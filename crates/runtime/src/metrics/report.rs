use super::{Columns, PageMetrics};

/// Which metrics stand in `report.csv`, and which values make a page worth a look. Derive it beside [`PageMetrics`], or on a
/// struct of its own with `#[report(of = Metrics)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not define columns for the report",
    label = "add `Report` to its derives",
    note = "put `#[derive(PageMetrics, Report)]` on it"
)]
pub trait Report: PageMetrics {
    /// Lists the columns, in order, after `page_num`; [`Columns::of`] gives the list.
    fn columns(columns: &mut Columns);
}
