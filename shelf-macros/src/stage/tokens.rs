use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Hash of a function's tokens: the same after a change of layout or comments, another after any change of code.
pub(super) fn hash_tokens(tokens: TokenStream) -> u64 {
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    hash.tokens(tokens);
    hash.0
}

/// FNV-1a, 64 bits: short, and the same on every machine.
struct Fnv(u64);

impl Fnv {
    fn tokens(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => {
                    let (open, close) = match group.delimiter() {
                        Delimiter::Parenthesis => ("(", ")"),
                        Delimiter::Brace => ("{", "}"),
                        Delimiter::Bracket => ("[", "]"),
                        Delimiter::None => ("", ""),
                    };
                    self.word(open);
                    self.tokens(group.stream());
                    self.word(close);
                }
                token => self.word(&token.to_string()),
            }
        }
    }

    fn word(&mut self, word: &str) {
        for byte in word.bytes().chain([b' ']) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(source: &str) -> u64 {
        hash_tokens(source.parse().expect("tokens"))
    }

    #[test]
    fn layout_does_not_count_and_code_does() {
        assert_eq!(hash("{ a + 1 }"), hash("{\n    a+1 // one more\n}"));
        assert_ne!(hash("{ a + 1 }"), hash("{ a + 2 }"));
        assert_ne!(hash("{ a } b"), hash("{ a b }"));
        assert_ne!(hash("ab c"), hash("a bc"));
    }
}
