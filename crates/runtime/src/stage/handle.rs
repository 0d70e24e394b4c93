use std::any::Any;
use std::sync::Arc;

use crate::failure::Failure;
use crate::record::ModelUse;
use crate::usd::Usd;

/// What a [provider](crate::provide::Provider) gives to one page or hook, extracted by type. It is kept for all attempts at the page.
pub trait Handle: Any + Send + Sync {
    /// The page's usage so far, for its record.
    fn usage(&self) -> Usage {
        Usage::default()
    }
}

/// A page's usage of paid or counted services.
#[derive(Debug, Clone, PartialEq)]
pub struct Usage {
    /// Calls of external services.
    pub calls: u32,
    /// Their cost; `None` if unknown.
    pub cost_usd: Option<Usd>,
    /// The use of language models, if any.
    pub model_use: Option<ModelUse>,
    /// Why the page was made without the model that it asked for, if it was.
    pub without_model: Option<Failure>,
}

/// The handles of one page.
#[derive(Clone, Default)]
pub struct Handles(Vec<Arc<dyn Handle>>);

impl Default for Usage {
    fn default() -> Self {
        Self { calls: 0, cost_usd: Some(Usd::ZERO), model_use: None, without_model: None }
    }
}

impl Handles {
    /// The handle of this type, if a provider gave one.
    #[must_use]
    pub fn get<T: Handle>(&self) -> Option<&T> {
        self.0.iter().find_map(|handle| (&**handle as &dyn Any).downcast_ref())
    }

    /// The page's total usage.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.0.iter().map(|handle| handle.usage()).fold(Usage::default(), |sum, used| Usage {
            calls: sum.calls + used.calls,
            cost_usd: sum.cost_usd.zip(used.cost_usd).map(|(one, other)| one + other),
            model_use: sum.model_use.or(used.model_use),
            without_model: sum.without_model.or(used.without_model),
        })
    }
}

impl FromIterator<Arc<dyn Handle>> for Handles {
    fn from_iter<I: IntoIterator<Item = Arc<dyn Handle>>>(handles: I) -> Self {
        Self(handles.into_iter().collect())
    }
}

impl std::fmt::Debug for Handles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} handles", self.0.len())
    }
}
