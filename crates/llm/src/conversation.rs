use std::sync::Arc;

use super::judge::Fault;
use super::request::{Message, Request, Role};
use super::{About, CallError, Excerpt, Llm, Picture, PictureSettings, Reply};
use shelf_runtime::failure::Failure;
use shelf_scans::PageImage;

/// One question put to one model after another, until a reply is accepted.
pub(super) struct Conversation<'a> {
    pub(super) llm: &'a Llm,
    pub(super) scans: &'a [(PageImage, Excerpt)],
    pub(super) about: Option<About>,
}

/// Says of a reply's text whether it counts.
pub(super) type Judge<'a> = dyn FnMut(&str) -> Result<(), Fault> + Send + 'a;

/// What one model's last word was.
enum Given {
    Up(Fault),
    Failed(CallError),
}

/// Times that a model may mend its reply.
const REPAIRS: u32 = 2;
/// Times that pictures are made smaller for a server that finds the request too large.
const SHRINKINGS: u32 = 2;
/// Finish reason of a reply that is whole.
const STOP: &str = "stop";
/// Finish reason of a reply that found no more room.
const LENGTH: &str = "length";

impl Conversation<'_> {
    /// Asks; `Ok` when the judge has accepted a reply.
    pub(super) async fn hold(
        &self,
        request: Request,
        pictures: Option<PictureSettings>,
        judge: &mut Judge<'_>,
    ) -> Result<(), Failure> {
        let models = self.llm.models();
        let Some(pictures) = pictures.filter(|_| !models.is_empty()) else {
            return Err(super::Halt::NotConfigured.into_failure());
        };
        if let Some(rehearsal) = self.llm.dispatcher.rehearsal() {
            return Err(rehearsal.note(&request, self.scans, pictures, self.about));
        }
        let request = self.illustrated(request, pictures).await?;
        let mut given_up = Vec::new();
        for model in &models {
            match self.ask(&request, pictures, model, judge).await? {
                None => return Ok(()),
                Some(given) => {
                    let why = match &given {
                        Given::Up(fault) => fault.to_string(),
                        Given::Failed(error) => error.to_string(),
                    };
                    tracing::warn!(model, why, "the model gave no usable reply");
                    given_up.push((model, given));
                }
            }
        }
        Err(no_reply(given_up))
    }

    /// Asks one model; `None` when it gave a reply that is accepted.
    async fn ask(
        &self,
        first: &Request,
        mut pictures: PictureSettings,
        model: &str,
        judge: &mut Judge<'_>,
    ) -> Result<Option<Given>, Failure> {
        let mut request = Arc::new(first.clone());
        let (mut repairs, mut shrinkings, mut lengthened) = (0, 0, false);
        loop {
            let reply = self.llm.dispatcher.complete(&self.llm.caller, &self.llm.tally, &request, model).await;
            let (reply, fault) = match reply {
                Ok(reply) if reply.finish_reason == LENGTH && !lengthened => {
                    lengthened = true;
                    request = Arc::new(request.with_max_tokens(request.max_tokens.saturating_mul(2)));
                    continue;
                }
                Ok(reply) if reply.finish_reason != STOP => {
                    return Ok(Some(Given::Up(Fault::Stopped(reply.finish_reason))));
                }
                Ok(reply) => match judge(&reply.text) {
                    Ok(()) => return Ok(None),
                    Err(fault) => (reply, fault),
                },
                Err(CallError::TooLarge(_)) if shrinkings < SHRINKINGS && !self.scans.is_empty() => {
                    shrinkings += 1;
                    pictures = pictures.smaller();
                    request = Arc::new(request.with_pictures(&self.pictures(pictures).await?));
                    continue;
                }
                Err(error @ (CallError::Halted(_) | CallError::Unwritten(_))) => return Err(error.into_failure()),
                Err(error) => return Ok(Some(Given::Failed(error))),
            };
            if repairs == REPAIRS {
                return Ok(Some(Given::Up(fault)));
            }
            repairs += 1;
            request = Arc::new(repaired(&request, &reply, &fault));
        }
    }

    /// The request with its pictures, after the last text of the question.
    async fn illustrated(&self, request: Request, settings: PictureSettings) -> Result<Request, Failure> {
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

fn repaired(request: &Request, reply: &Reply, fault: &Fault) -> Request {
    tracing::info!(%fault, "the model is asked to mend its reply");
    request.repaired(&reply.text, &fault.to_string())
}

/// The failure of a page for which no model gave a usable reply. It is for good unless no model was there.
fn no_reply(given_up: Vec<(&String, Given)>) -> Failure {
    let causes = given_up.iter().map(|(model, given)| match given {
        Given::Up(fault) => format!("`{model}`: of its reply: {fault}"),
        Given::Failed(error) => format!("`{model}`: {error}"),
    });
    let causes = causes.collect();
    let nobody_there = given_up.iter().all(|(_, given)| matches!(given, Given::Failed(error) if error.may_pass()));
    let last = given_up.into_iter().next_back().map(|(_, given)| given);
    let failure = match last {
        Some(Given::Failed(error)) if nobody_there => error.into_failure().context("no model gave a reply"),
        _ => Failure::new("no model gave a reply that can be used"),
    };
    Failure { causes, transient: nobody_there, ..failure }
}
