mod codecs;
mod kit;
mod layout;
mod pdf_a;
