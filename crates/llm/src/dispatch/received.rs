use crate::chat::Reply;

/// A reply, and whether it was stored before: then it says nothing of how well the model replies now.
pub(crate) struct Received {
    pub(crate) reply: Reply,
    pub(crate) is_stored: bool,
}
