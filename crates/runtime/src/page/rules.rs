use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;

use garde::rules::inner::Inner;
use garde::{Error, Path, Report, Validate};

/// What `#[page]` checks the fields of a type with: it knows where the type is in a page, and collects what is wrong.
pub struct Rules<'a> {
    path: &'a mut (dyn FnMut() -> Path + 'a),
    report: &'a mut Report,
}

impl<'a> Rules<'a> {
    /// For a type that garde validates at `path`.
    pub fn new(path: &'a mut (dyn FnMut() -> Path + 'a), report: &'a mut Report) -> Self {
        Self { path, report }
    }

    /// Notes what a rule says of a field, by its name in JSON. A field that is written without a name, such as a flattened one, is "";
    /// one of a tuple is its number.
    pub fn check(&mut self, field: &'static str, checked: Result<(), impl Display>) {
        if let Err(error) = checked {
            self.note(field, Error::new(error.to_string()));
        }
    }

    /// Checks a field by the rules of its own type.
    pub fn dive<T: Validate<Context = ()> + ?Sized>(&mut self, field: &'static str, value: &T) {
        let path = &mut *self.path;
        value.validate_into(&(), &mut || joined(&path(), field), self.report);
    }

    /// Checks the items of a list.
    pub fn inner<T: Inner<U>, U>(&mut self, field: &'static str, list: &T, mut check: impl FnMut(&mut Rules<'_>, &U)) {
        let Self { path, report } = self;
        list.validate_inner(|item, key| check(&mut Rules::new(&mut || joined(&path(), field).join(key), report), item));
    }

    fn note(&mut self, field: &str, error: Error) {
        let path = joined(&(self.path)(), field);
        self.report.append(path, error);
    }
}

fn joined(path: &Path, field: &str) -> Path {
    match field.parse::<usize>() {
        Ok(item) => path.join(item),
        Err(_) if field.is_empty() => path.clone(),
        Err(_) => path.join(field),
    }
}

/// A field for which no rule is written. It is checked by the rules of its own type, if that has any.
///
/// Which it is, the compiler finds out where the field's type is known: of the implementations of [`CheckOwnRules`] it takes the one with
/// the most references.
pub struct WithoutRule<'a, T: ?Sized>(pub &'a T);

/// Checks a field for which no rule is written.
pub trait CheckOwnRules {
    /// Checks it.
    fn check_own_rules(&self, field: &'static str, rules: &mut Rules<'_>);
}

impl<T: Validate<Context = ()> + ?Sized> CheckOwnRules for &&WithoutRule<'_, T> {
    fn check_own_rules(&self, field: &'static str, rules: &mut Rules<'_>) {
        rules.dive(field, self.0);
    }
}

/// A map whose keys garde does not know how to show, such as numbers.
impl<K: Display, V: Validate<Context = ()>> CheckOwnRules for &WithoutRule<'_, BTreeMap<K, V>> {
    fn check_own_rules(&self, field: &'static str, rules: &mut Rules<'_>) {
        check_values(self.0, field, rules);
    }
}

impl<K: Display, V: Validate<Context = ()>, S> CheckOwnRules for &WithoutRule<'_, HashMap<K, V, S>> {
    fn check_own_rules(&self, field: &'static str, rules: &mut Rules<'_>) {
        check_values(self.0, field, rules);
    }
}

impl<T: ?Sized> CheckOwnRules for WithoutRule<'_, T> {
    fn check_own_rules(&self, _: &'static str, _: &mut Rules<'_>) {}
}

fn check_values<'v, K: Display + 'v, V: Validate<Context = ()> + 'v>(
    map: impl IntoIterator<Item = (&'v K, &'v V)>,
    field: &'static str,
    rules: &mut Rules<'_>,
) {
    for (key, value) in map {
        let path = &mut *rules.path;
        value.validate_into(&(), &mut || joined(&path(), field).join(key.to_string()), rules.report);
    }
}
