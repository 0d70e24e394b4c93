use serde_json::Value;

use super::flag::shown;
use super::{Field, Fields, Flag, Fractional, Metric, Missable, Quantity, Report};

/// A column of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The metric it shows.
    pub field: Field,
    /// The title in the header.
    pub title: String,
    /// What it means: its own doc comment, or the metric's.
    pub doc: &'static str,
    /// Number of decimals; `None` means all.
    pub decimals: Option<u8>,
    /// When a page is flagged.
    pub flags: Vec<Flag>,
}

impl Column {
    /// Replaces the metric's doc comment.
    pub fn described(&mut self, doc: &'static str) -> &mut Self {
        self.doc = doc;
        self
    }

    /// Rounds to this many decimals.
    pub fn rounded<T: Fractional>(&mut self, decimals: u8) -> &mut Self {
        self.decimals = Some(decimals);
        self
    }

    /// Flags pages whose value matches `flag`.
    pub fn flag(&mut self, flag: Flag) -> &mut Self {
        self.flags.push(flag);
        self
    }

    /// Flags pages with a smaller value.
    pub fn below<T: Quantity>(&mut self, bound: f64) -> &mut Self {
        self.flag(Flag::Below(bound))
    }

    /// Flags pages with a greater value.
    pub fn above<T: Quantity>(&mut self, bound: f64) -> &mut Self {
        self.flag(Flag::Above(bound))
    }

    /// Flags pages without a value.
    pub fn missing<T: Missable>(&mut self) -> &mut Self {
        self.flag(Flag::Missing)
    }

    /// The value as shown in the report; empty if missing.
    #[must_use]
    pub fn cell(&self, value: &Value) -> String {
        shown(value, self.decimals)
    }

    /// Whether a page with this value is flagged.
    #[must_use]
    pub fn flagged(&self, value: &Value) -> bool {
        self.flags.iter().any(|flag| flag.holds(value))
    }
}

/// Collects the columns of a report for `#[derive(Report)]`.
#[derive(Debug)]
pub struct Columns {
    fields: Vec<Field>,
    list: Vec<Column>,
    path: String,
    title: String,
}

impl Columns {
    /// The columns of the report on `M`, in order.
    #[must_use]
    pub fn of<M: Report>() -> Vec<Column> {
        Self::listed(Fields::of::<M>(), M::columns)
    }

    pub(super) fn listed(fields: Vec<Field>, list: fn(&mut Self)) -> Vec<Column> {
        let mut columns = Self { fields, list: Vec::new(), path: String::new(), title: String::new() };
        list(&mut columns);
        columns.list
    }

    /// Adds the column of the metric at the Rust path `path`.
    ///
    /// # Panics
    /// If the metrics have no such field.
    pub fn add(&mut self, path: &str, title: &str) -> &mut Column {
        let path = format!("{}{path}", self.path);
        let field = self.fields.iter().find(|field| field.path == path);
        let field = field.unwrap_or_else(|| panic!("the report has a column `{path}` that is not one of its metrics"));
        self.list.push(Column {
            field: field.clone(),
            title: format!("{}{title}", self.title),
            doc: field.doc,
            decimals: None,
            flags: Vec::new(),
        });
        self.list.last_mut().expect("one was just added")
    }

    /// Like [`Self::add`]; through `metric`, the compiler checks that `path` leads from `M` to a metric of type `T`.
    pub fn pick<M, T: Metric>(&mut self, metric: fn(&M) -> &T, path: &str, title: &str) -> &mut Column {
        let _ = metric;
        self.add(path, title)
    }

    /// Adds the columns of the metrics `M` in the Rust field `name`, with `title` and a dot before their titles.
    pub fn nest<M: Report>(&mut self, name: &str, title: &str) {
        let outer = self.title.len();
        self.title.push_str(title);
        self.title.push('.');
        self.flatten::<M>(name);
        self.title.truncate(outer);
    }

    /// Adds the columns of the metrics `M` in the Rust field `name`, without a prefix.
    pub fn flatten<M: Report>(&mut self, name: &str) {
        let outer = self.path.len();
        self.path.push_str(name);
        self.path.push('.');
        M::columns(self);
        self.path.truncate(outer);
    }
}
