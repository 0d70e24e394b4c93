use proc_macro2::{TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream};
use syn::{Error, Token};

/// Reads what stands between commas, one after another. What cannot be read is passed over, up to the next comma; the error has all
/// that was found.
pub(crate) fn read_each(input: ParseStream, mut read: impl FnMut(ParseStream) -> syn::Result<()>) -> syn::Result<()> {
    let mut found = Vec::new();
    while !input.is_empty() {
        match read(input) {
            Err(error) => found.push(error),
            Ok(()) if input.is_empty() || input.peek(Token![,]) => {}
            Ok(()) => found.push(input.error("`,` is missing before the next option")),
        }
        pass_over(input);
        let _ = input.parse::<Option<Token![,]>>();
    }
    all(found)
}

/// Passes over everything up to the next comma.
pub(crate) fn pass_over(input: ParseStream) {
    while !input.is_empty() && !input.peek(Token![,]) {
        let _ = input.parse::<TokenTree>();
    }
}

/// Reads `a, b` in parentheses.
pub(crate) fn in_parentheses<T: Parse>(input: ParseStream) -> syn::Result<Vec<T>> {
    let content;
    syn::parenthesized!(content in input);
    let mut values = Vec::new();
    read_each(&content, |content| content.parse().map(|value| values.push(value)))?;
    Ok(values)
}

/// Reads what is in brackets; what is left of it after a mistake is dropped, since one mistake is one error.
pub(crate) fn read_all<T>(content: ParseStream, read: impl FnOnce(ParseStream) -> syn::Result<T>) -> syn::Result<T> {
    let value = read(content);
    let rest: TokenStream = content.parse()?;
    match (&value, rest.into_iter().next()) {
        (Ok(_), Some(token)) => Err(Error::new(token.span(), "expected nothing more")),
        _ => value,
    }
}

/// Several errors as one.
pub(crate) fn all(errors: impl IntoIterator<Item = Error>) -> syn::Result<()> {
    let one = errors.into_iter().reduce(|mut all, error| {
        all.combine(error);
        all
    });
    one.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::LitInt;
    use syn::parse::Parser;

    fn numbers(source: &str) -> (Vec<String>, usize) {
        let mut read = Vec::new();
        let errors = (|input: ParseStream| {
            read_each(input, |input| input.parse::<LitInt>().map(|number| read.push(number.to_string())))
        })
        .parse_str(source)
        .map_or_else(|error| error.into_iter().count(), |()| 0);
        (read, errors)
    }

    #[test]
    fn one_mistake_is_one_error_and_hides_nothing() {
        let all = |numbers: &[&str]| numbers.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(numbers("1, 2, 3,"), (all(&["1", "2", "3"]), 0));
        assert_eq!(numbers("1, x = (5, 6) y, 3, , z"), (all(&["1", "3"]), 3));
        assert_eq!(numbers("1 2, 3"), (all(&["1", "3"]), 1));
        assert_eq!(numbers(""), (all(&[]), 0));
    }
}
