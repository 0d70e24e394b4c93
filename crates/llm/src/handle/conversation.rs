use std::sync::Arc;

use super::Llm;
use crate::chat::{Message, Reply, Request, Role, Violation};
use crate::dispatch::Subject;
use crate::error::{AbortReason, CallError};
use crate::pictures::{Excerpt, Picture, PictureSettings};
use shelf_runtime::failure::Failure;
use shelf_scans::PageImage;

/// One question, sent to one model after another until a reply is accepted.
pub(super) struct Conversation<'a> {
    pub(super) llm: &'a Llm,
    pub(super) scans: &'a [(PageImage, Excerpt)],
    pub(super) about: Option<Subject>,
}

/// Validates the text of a reply.
pub(super) type Validator<'a> = dyn FnMut(&str) -> Result<(), Violation> + Send + 'a;

/// Why a model gave no usable reply.
enum ModelFailure {
    Rejected(Violation),
    Failed(CallError),
}

/// How often a model may repair its reply.
const MAX_REPAIRS: u32 = 2;
/// How often pictures are scaled down for a server that finds the request too large.
const MAX_SHRINKS: u32 = 2;
/// Finish reason of a complete reply.
const STOP: &str = "stop";
/// Finish reason of a reply that reached the limit on tokens.
const LENGTH: &str = "length";

impl Conversation<'_> {
    /// Asks until `validator` accepts a reply.
    pub(super) async fn run(
        &self,
        request: Request,
        pictures: Option<PictureSettings>,
        validator: &mut Validator<'_>,
    ) -> Result<(), Failure> {
        let models = self.llm.models();
        let Some(pictures) = pictures.filter(|_| !models.is_empty()) else {
            return Err(AbortReason::NotConfigured.into_failure());
        };
        if let Some(log) = self.llm.dispatcher.request_log() {
            return Err(log.add(&request, self.scans, pictures, self.about));
        }
        let request = self.with_pictures(request, pictures).await?;
        let mut failures = Vec::new();
        for model in &models {
            match self.ask(&request, pictures, model, validator).await? {
                None => return Ok(()),
                Some(failure) => {
                    tracing::warn!(model, why = failure.to_string(), "the model gave no usable reply");
                    failures.push((model, failure));
                }
            }
        }
        Err(no_reply(failures))
    }

    /// Asks one model; `None` if its reply was accepted.
    async fn ask(
        &self,
        first: &Request,
        mut pictures: PictureSettings,
        model: &str,
        validator: &mut Validator<'_>,
    ) -> Result<Option<ModelFailure>, Failure> {
        let mut request = Arc::new(first.clone());
        let (mut repairs, mut shrinks, mut lengthened) = (0, 0, false);
        loop {
            let reply = self.llm.dispatcher.complete(&self.llm.caller, &self.llm.usage, &request, model).await;
            let (reply, violation) = match reply {
                Ok(reply) if reply.finish_reason == LENGTH && !lengthened => {
                    lengthened = true;
                    request = Arc::new(request.with_max_tokens(request.max_tokens.saturating_mul(2)));
                    continue;
                }
                Ok(reply) if reply.finish_reason != STOP => {
                    return Ok(Some(ModelFailure::Rejected(Violation::Stopped(reply.finish_reason))));
                }
                Ok(reply) => match validator(&reply.text) {
                    Ok(()) => return Ok(None),
                    Err(violation) => (reply, violation),
                },
                Err(CallError::TooLarge(_)) if shrinks < MAX_SHRINKS && !self.scans.is_empty() => {
                    shrinks += 1;
                    pictures = pictures.smaller();
                    request = Arc::new(request.with_pictures(&self.pictures(pictures).await?));
                    continue;
                }
                Err(error @ (CallError::Aborted(_) | CallError::Storage(_))) => return Err(error.into_failure()),
                Err(error) => return Ok(Some(ModelFailure::Failed(error))),
            };
            if repairs == MAX_REPAIRS {
                return Ok(Some(ModelFailure::Rejected(violation)));
            }
            repairs += 1;
            request = Arc::new(repair(&request, &reply, &violation));
        }
    }

    /// The request with its pictures, after the text of the question.
    async fn with_pictures(&self, request: Request, settings: PictureSettings) -> Result<Request, Failure> {
        if self.scans.is_empty() {
            return Ok(request);
        }
        let pictures = self.pictures(settings).await?;
        let mut messages = request.messages.to_vec();
        match messages.iter_mut().find(|message| message.role == Role::User) {
            Some(message) => message.pictures = pictures,
            None => messages.push(Message { role: Role::User, text: String::new(), pictures }),
        }
        Ok(Request { messages: messages.into(), ..request })
    }

    async fn pictures(&self, settings: PictureSettings) -> Result<Vec<Arc<Picture>>, Failure> {
        let mut pictures = Vec::new();
        for (scan, excerpt) in self.scans {
            pictures.push(self.llm.picture(scan, excerpt, settings).await?);
        }
        Ok(pictures)
    }
}

fn repair(request: &Request, reply: &Reply, violation: &Violation) -> Request {
    tracing::info!(%violation, "the model is asked to repair its reply");
    request.repair(&reply.text, &violation.to_string())
}

impl std::fmt::Display for ModelFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rejected(violation) => write!(f, "reply rejected: {violation}"),
            Self::Failed(error) => error.fmt(f),
        }
    }
}

/// The failure of a page for which no model gave a usable reply. It is permanent unless no model could be reached.
fn no_reply(failures: Vec<(&String, ModelFailure)>) -> Failure {
    let causes = failures.iter().map(|(model, failure)| format!("`{model}`: {failure}")).collect();
    let is_transient = |failure: &ModelFailure| matches!(failure, ModelFailure::Failed(error) if error.is_transient());
    let transient = failures.iter().all(|(_, failure)| is_transient(failure));
    let last = failures.into_iter().next_back().map(|(_, failure)| failure);
    let failure = match last {
        Some(ModelFailure::Failed(error)) if transient => error.into_failure().context("no model replied"),
        _ => Failure::new("no model gave a usable reply"),
    };
    Failure { causes, transient, ..failure }
}
