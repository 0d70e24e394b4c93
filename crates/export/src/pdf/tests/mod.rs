mod codecs;
mod compact;
mod kit;
mod layout;
mod pdf_a;
