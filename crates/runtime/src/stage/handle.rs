use std::any::Any;
use std::sync::Arc;

use crate::record::ModelUse;
use crate::usd::Usd;

/// What a [provider](crate::provide::Provider) gives to one page, or to a hook: a parameter takes it by its type. It is kept over all attempts at the page.
pub trait Handle: Any + Send + Sync {
    /// What the page has used of it so far, for its record.
    fn usage(&self) -> Usage {
        Usage::default()
    }
}

/// What a page has used of what is paid or counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Usage {
    /// Calls of services outside of this program.
    pub calls: u32,
    /// What they cost; `None` if that is unknown.
    pub cost_usd: Option<Usd>,
    /// What language models did, where any was asked.
    pub model_use: Option<ModelUse>,
}

/// The handles of one page.
#[derive(Clone, Default)]
pub struct Handles(Vec<Arc<dyn Handle>>);

impl Default for Usage {
    fn default() -> Self {
        Self { calls: 0, cost_usd: Some(Usd::ZERO), model_use: None }
    }
}

impl Handles {
    /// The handle of this type, where a provider gave one.
    #[must_use]
    pub fn get<T: Handle>(&self) -> Option<&T> {
        self.0.iter().find_map(|handle| (&**handle as &dyn Any).downcast_ref())
    }

    /// What the page has used of all of them together.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.0.iter().map(|handle| handle.usage()).fold(Usage::default(), |sum, used| Usage {
            calls: sum.calls + used.calls,
            cost_usd: sum.cost_usd.zip(used.cost_usd).map(|(one, other)| one + other),
            model_use: sum.model_use.or(used.model_use),
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
