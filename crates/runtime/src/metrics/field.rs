use serde_json::Value;

use super::{Kind, Listed, MetricError, PageMetrics, Quantity};

/// A field of metrics.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name: `words`, or `size.width` in a nested struct.
    pub name: String,
    /// Its Rust path from the metrics struct: like the name, but including flattened structs.
    pub path: String,
    /// The name that it had before, under which older pages have it.
    pub alias: Option<String>,
    /// Its doc comment.
    pub doc: &'static str,
    /// What kind of value it is.
    pub kind: Kind,
    /// Whether it may be missing.
    pub optional: bool,
    /// The possible words of an enum; otherwise empty.
    pub words: &'static [&'static str],
    /// Its unit, such as `px`.
    pub unit: Option<&'static str>,
    /// Minimum and maximum, both inclusive.
    pub range: Option<(f64, f64)>,
}

impl Field {
    /// Allows only numbers from `least` to `greatest`, inclusive.
    pub fn within<T: Quantity>(&mut self, least: f64, greatest: f64) -> &mut Self {
        self.range = Some((least, greatest));
        self
    }

    /// Sets the unit.
    pub fn unit<T: Quantity>(&mut self, unit: &'static str) -> &mut Self {
        self.unit = Some(unit);
        self
    }

    /// Sets the name that it had before.
    pub fn alias(&mut self, alias: &'static str) -> &mut Self {
        let group = self.name.rfind('.').map_or("", |dot| &self.name[..=dot]);
        self.alias = Some(format!("{group}{alias}"));
        self
    }

    pub(super) fn check(&self, value: &Value) -> Result<(), MetricError> {
        if value.is_null() && !self.optional {
            return Err(MetricError::Missing(self.name.clone()));
        }
        match (self.range, value.as_f64()) {
            (Some(range), Some(found)) if !(range.0..=range.1).contains(&found) => {
                Err(MetricError::OutOfRange { name: self.name.clone(), found, range })
            }
            _ => Ok(()),
        }
    }
}

/// Collects the fields of metrics.
pub type Fields = Listed<FieldList>;

/// The fields, and the prefix of the next ones.
#[derive(Debug, Default)]
pub struct FieldList {
    list: Vec<Field>,
    name: String,
    path: String,
    optional: bool,
}

impl Fields {
    /// The fields of `M`, in order.
    #[must_use]
    pub fn of<M: PageMetrics>() -> Vec<Field> {
        Self::listed(M::fields)
    }

    pub(super) fn listed(list: fn(&mut Self)) -> Vec<Field> {
        let mut fields = Self::default();
        list(&mut fields);
        fields.0.list
    }

    /// Adds the fields that `list` lists, in the Rust field `path`, with `name` and a dot before their names.
    pub(super) fn within(&mut self, name: Option<&str>, path: &str, list: fn(&mut Self)) {
        let outer = (self.0.name.len(), self.0.path.len());
        self.0.name.extend(name.into_iter().flat_map(|name| [name, "."]));
        self.0.path.extend([path, "."]);
        list(self);
        self.0.name.truncate(outer.0);
        self.0.path.truncate(outer.1);
    }

    /// Adds the fields of `M`, each of which may be missing.
    pub(super) fn optional<M: PageMetrics>(&mut self) {
        let outer = std::mem::replace(&mut self.0.optional, true);
        M::fields(self);
        self.0.optional = outer;
    }
}

impl FieldList {
    pub(super) fn add(
        &mut self,
        name: &str,
        doc: &'static str,
        kind: Kind,
        optional: bool,
        words: &'static [&'static str],
    ) -> &mut Field {
        self.list.push(Field {
            name: format!("{}{name}", self.name),
            path: format!("{}{name}", self.path),
            alias: None,
            doc,
            kind,
            optional: self.optional || optional,
            words,
            unit: None,
            range: None,
        });
        self.list.last_mut().expect("one was just added")
    }
}
