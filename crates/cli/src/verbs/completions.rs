use crate::Exit;
use crate::context::Context;
use crate::error::Result;
use clap::ArgGroup;
use clap::Args;
use clap::Command;
use clap::ValueHint;
use clap_complete::Shell;
use shelf_runtime::store::Store;

/// Print completions for a shell
///
/// Completes subcommands, options, stages and the books of the library.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").args(["shell", "books", "trashed"]).required(true))]
#[command(after_help = "\
Examples:
  shelf completions bash > ~/.local/share/bash-completion/completions/shelf
  shelf completions zsh > ~/.zfunc/_shelf
  shelf completions fish > ~/.config/fish/completions/shelf.fish")]
pub(crate) struct Completions {
    /// Complete commands in this shell
    shell: Option<Shell>,
    /// Print the ids of all books, as used by the scripts
    #[arg(long, hide = true)]
    books: bool,
    /// Print the ids of all books in the trash, as used by the scripts
    #[arg(long, hide = true)]
    trashed: bool,
}

impl Completions {
    /// Prints the script for the whole command line; `None` if books are requested, which needs the library.
    pub(crate) fn print_script(&self, command: Command) -> Option<Result<Exit>> {
        let script = script(self.shell?, command);
        Some(crate::out::print(&script).map(|()| Exit::Done).map_err(Into::into))
    }
}

/// Prints the books of the library, or those in its trash.
pub(crate) fn books(context: &Context, args: &Completions) -> Result<Exit> {
    if args.trashed {
        return super::trash::print_ids(context);
    }
    // A library that is not there completes nothing.
    for book in context.store.books().unwrap_or_default() {
        context.out.line(book)?;
    }
    Ok(Exit::Done)
}

/// The placeholder of a book in help.
const BOOK: &str = "BOOK";

/// clap's script, extended to complete the books of the library.
fn script(shell: Shell, command: Command) -> String {
    let verbs = verbs_of_books(&command);
    let mut bytes = Vec::new();
    match shell {
        // In a script for zsh, the hint is the function that completes a value: this one is replaced by one of our own.
        Shell::Zsh => clap_complete::generate(shell, &mut hinted(command), "shelf", &mut bytes),
        _ => clap_complete::generate(shell, &mut command.clone(), "shelf", &mut bytes),
    }
    let script = String::from_utf8(bytes).expect("clap writes UTF-8");
    match shell {
        Shell::Bash => script + &BASH.replace("VERBS", &verbs.join("|")),
        Shell::Fish => script + &FISH.replace("VERBS", &verbs.join(" ")),
        // The functions have to be known before clap's last line calls them.
        Shell::Zsh => match script.split_once('\n') {
            Some((first, rest)) => format!(
                "{first}\n{ZSH}{}",
                rest.replace(":_users'", ":_shelf_books'")
                    .replace(":_users\"", ":_shelf_books\"")
                    .replace(":_hosts'", ":_shelf_trashed'")
            ),
            None => script,
        },
        _ => script,
    }
}

/// The verbs that take a book.
fn verbs_of_books(command: &Command) -> Vec<String> {
    let takes_book = |verb: &&Command| verb.get_positionals().any(is_book);
    command.get_subcommands().filter(takes_book).map(|verb| verb.get_name().to_owned()).collect()
}

fn is_book(arg: &clap::Arg) -> bool {
    arg.is_positional() && arg.get_value_names().is_some_and(|names| names.iter().any(|name| name == BOOK))
}

fn hinted(command: Command) -> Command {
    let command = command.mut_subcommands(|verb| {
        verb.mut_args(|arg| if is_book(&arg) { arg.value_hint(ValueHint::Username) } else { arg })
    });
    command.mut_subcommand("trash", |trash| {
        trash.mut_subcommand("restore", |restore| restore.mut_arg("book", |book| book.value_hint(ValueHint::Hostname)))
    })
}

const BASH: &str = r#"
_shelf_with_books() {
    _shelf "$@"
    local current="${COMP_WORDS[COMP_CWORD]}" word verb="" library=()
    [[ "$current" == -* || "${COMP_WORDS[COMP_CWORD-1]}" == --* ]] && return
    for ((word = 1; word < COMP_CWORD; word++)); do
        case "${COMP_WORDS[word]}" in
            --library) library=(--library "${COMP_WORDS[word+1]}"); ((word++)) ;;
            -*) ;;
            *) [[ -z "$verb" ]] && verb="${COMP_WORDS[word]}" ;;
        esac
    done
    case "$verb" in
        VERBS)
            local books
            books="$("${COMP_WORDS[0]}" "${library[@]}" completions --books 2>/dev/null)" || return
            COMPREPLY=($(compgen -W "$books" -- "$current"))
            ;;
        trash)
            [[ "${COMP_WORDS[COMP_CWORD-1]}" == restore ]] || return
            local trashed
            trashed="$("${COMP_WORDS[0]}" "${library[@]}" completions --trashed 2>/dev/null)" || return
            COMPREPLY=($(compgen -W "$trashed" -- "$current"))
            ;;
    esac
}
complete -F _shelf_with_books -o bashdefault -o default shelf
"#;

const ZSH: &str = r#"
_shelf_books() {
    local -a books
    books=(${(f)"$(${words[1]:-shelf} completions --books 2>/dev/null)"})
    compadd -a books
}
_shelf_trashed() {
    local -a books
    books=(${(f)"$(shelf completions --trashed 2>/dev/null)"})
    compadd -a books
}
"#;

const FISH: &str = r#"
complete -c shelf -n "__fish_seen_subcommand_from VERBS" -f -a "(shelf completions --books 2>/dev/null)"
complete -c shelf -n "__fish_seen_subcommand_from trash; and __fish_seen_subcommand_from restore" -f -a "(shelf completions --trashed 2>/dev/null)"
"#;

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::command::Cli;

    #[test]
    fn books_are_completed_in_three_shells() {
        let script = |shell| script(shell, Cli::command());
        assert!(script(Shell::Bash).contains("|page|status|why|diff|process|plan|try|report|"));
        assert!(script(Shell::Fish).contains("__fish_seen_subcommand_from show "));
        let zsh = script(Shell::Zsh);
        assert!(zsh.starts_with("#compdef shelf\n"), "{}", &zsh[..200]);
        assert!(zsh.matches(":_shelf_books'").count() >= 10 && !zsh.contains(":_users"));
        assert_eq!(zsh.matches(":_shelf_trashed'").count(), 1, "of `trash restore`");
    }
}
