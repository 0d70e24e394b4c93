use std::sync::Arc;

use super::Llm;
use crate::chat::{FinishReason, Reply, Request, Violation};
use crate::dispatch::{Received, Subject, Turn};
use crate::error::{AbortReason, CallError};
use crate::pictures::{Excerpt, Picture, PictureSettings};
use shelf_runtime::failure::Failure;
use shelf_scans::PageImage;

/// One question, sent to one model after another until a reply is accepted.
pub(super) struct Conversation<'a> {
    pub(super) llm: &'a Llm,
    /// The models in order; empty if none is configured.
    pub(super) models: Vec<String>,
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

/// Why a question was left without a usable reply.
struct Unanswered {
    failure: Failure,
    /// Whether that is due to the models, so that rules may do without them.
    is_of_models: bool,
}

impl From<AbortReason> for Unanswered {
    fn from(reason: AbortReason) -> Self {
        Self { is_of_models: reason.is_of_models(), failure: reason.into_failure() }
    }
}

impl From<Failure> for Unanswered {
    fn from(failure: Failure) -> Self {
        Self { failure, is_of_models: false }
    }
}

/// How often a model may repair its reply.
const MAX_REPAIRS: u32 = 2;
/// How often pictures are scaled down for a server that finds the request too large.
const MAX_SHRINKS: u32 = 2;
/// How much of an unusable reply is written to the log, characters.
const MAX_LOGGED_CHARS: usize = 300;

impl Conversation<'_> {
    /// Asks until `validator` accepts a reply.
    pub(super) async fn run(
        &self,
        request: Request,
        pictures: Option<PictureSettings>,
        validator: &mut Validator<'_>,
    ) -> Result<(), Failure> {
        let result = self.ask_models(request, pictures, validator).await;
        self.llm.set_unanswered(matches!(&result, Err(Unanswered { is_of_models: true, .. })));
        result.map_err(|unanswered| unanswered.failure)
    }

    async fn ask_models(
        &self,
        request: Request,
        pictures: Option<PictureSettings>,
        validator: &mut Validator<'_>,
    ) -> Result<(), Unanswered> {
        let models = &self.models;
        let (Some(pictures), Some(first)) = (pictures, models.first()) else {
            return Err(AbortReason::NotConfigured.into());
        };
        if let Some(log) = self.llm.dispatcher.request_log() {
            return Err(log.add((&request, first), self.scans, pictures, self.about).into());
        }
        let request = self.with_pictures(request, pictures).await?;
        let dispatcher = &self.llm.dispatcher;
        dispatcher.look_up(models).await;
        let mut turn = dispatcher.turn().await;
        let mut failures = Vec::new();
        for model in dispatcher.known(models)? {
            match self.ask(&request, pictures, model, validator, &mut turn).await? {
                None => return Ok(()),
                Some(failure) => {
                    tracing::warn!(model, why = failure.to_string(), "the model gave no usable reply");
                    failures.push((model, failure));
                }
            }
        }
        dispatcher.known(models)?;
        Err(Unanswered { failure: no_reply(failures), is_of_models: true })
    }

    /// Asks one model; `None` if its reply was accepted.
    async fn ask<'a>(
        &'a self,
        first: &Request,
        mut pictures: PictureSettings,
        model: &str,
        validator: &mut Validator<'_>,
        turn: &mut Option<Turn<'a>>,
    ) -> Result<Option<ModelFailure>, Unanswered> {
        let dispatcher = &self.llm.dispatcher;
        let mut request = Arc::new(first.clone());
        let (mut repairs, mut shrinks, mut lengthened) = (0, 0, false);
        loop {
            let received = dispatcher.complete(&self.llm.caller, &self.llm.usage, &request, model).await;
            let (Received { reply, is_stored }, violation) = match received {
                Ok(received) => match FinishReason::of(&received.reply.finish_reason) {
                    FinishReason::TokenLimit if !lengthened => {
                        lengthened = true;
                        request = Arc::new(request.with_max_tokens(request.max_tokens.saturating_mul(2)));
                        continue;
                    }
                    FinishReason::Complete => match validator(&received.reply.text) {
                        Ok(()) => {
                            dispatcher.record_usable();
                            return Ok(None);
                        }
                        Err(violation) => (received, violation),
                    },
                    FinishReason::TokenLimit | FinishReason::Other => {
                        let violation = Violation::Stopped(received.reply.finish_reason.clone());
                        (received, violation)
                    }
                },
                Err(CallError::TooLarge(_)) if shrinks < MAX_SHRINKS && !self.scans.is_empty() => {
                    shrinks += 1;
                    pictures = pictures.smaller();
                    request = Arc::new(request.with_pictures(&self.pictures(pictures).await?));
                    continue;
                }
                Err(CallError::Aborted(reason)) => return Err(reason.into()),
                Err(error @ CallError::Storage(_)) => return Err(error.into_failure().into()),
                Err(error) => {
                    if matches!(error, CallError::Refused { .. } | CallError::Endless { .. }) {
                        dispatcher.record_unusable(turn.as_ref(), &error.to_string())?;
                    }
                    return Ok(Some(ModelFailure::Failed(error)));
                }
            };
            if !is_stored {
                let begins: String = reply.text.chars().take(MAX_LOGGED_CHARS).collect();
                tracing::warn!(model, %violation, reply = begins, "the reply cannot be used");
                dispatcher.record_unusable(turn.as_ref(), &violation.to_string())?;
            }
            // What a model has refused to say, it would refuse again.
            if matches!(violation, Violation::Stopped(_)) {
                return Ok(Some(ModelFailure::Rejected(violation)));
            }
            if repairs == MAX_REPAIRS {
                return Ok(Some(ModelFailure::Rejected(violation)));
            }
            repairs += 1;
            dispatcher.renew(turn).await;
            request = Arc::new(repair(&request, &reply, &violation));
        }
    }

    /// The request with its pictures, after the text of the question, which is the last message.
    async fn with_pictures(&self, request: Request, settings: PictureSettings) -> Result<Request, Failure> {
        if self.scans.is_empty() {
            return Ok(request);
        }
        let pictures = self.pictures(settings).await?;
        let mut messages = request.messages.to_vec();
        if let Some(question) = messages.last_mut() {
            question.pictures = pictures;
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
        Some(ModelFailure::Failed(error)) => {
            Failure { hint: error.into_failure().hint, ..Failure::new("no model gave a usable reply") }
        }
        _ => Failure::new("no model gave a usable reply"),
    };
    Failure { causes, transient, ..failure }
}
