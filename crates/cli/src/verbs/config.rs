use crate::Exit;
use crate::config_file::ConfigFile;
use crate::context::Context;
use crate::error::Result;
use crate::llm_options::LlmArgs;
use crate::option_args;
use crate::stage_options;
use crate::stage_options::Source;
use crate::table::Column;
use crate::table::Table;
use clap::ArgMatches;
use clap::Args;
use serde_json::Value;
use serde_json::json;
use shelf_runtime::run::Settings;

/// Show effective settings and where each comes from
///
/// A flag overrides the environment, the environment overrides `shelf.toml` in the library folder, and that overrides the default. Pages that
/// were made with another value of a stage's option are stale. The API key comes from the environment (`OPENROUTER_API_KEY`, or
/// `SHELF_LLM_API_KEY` for any server) and is never shown.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf config
  SHELF_OCR_LANG=deu shelf config        what `shelf process` would use in this environment
  printf '[ocr]\\nlang = \"deu\"\\n' > ~/Documents/book_scans/shelf.toml")]
pub(crate) struct Config {
    #[command(flatten)]
    llm: LlmArgs,
}

/// An option's value.
struct Line {
    stage: &'static str,
    option: String,
    value: Value,
    source: Source,
}

pub(crate) fn config(context: &Context, args: &Config, given: &ArgMatches) -> Result<Exit> {
    let file = ConfigFile::read(context.store.root(), &context.registry)?;
    let said = stage_options::read(given, &context.registry, &file)?;
    let mut lines = Vec::new();
    for entry in context.registry.stages() {
        let stage = entry.row.name;
        let values = said
            .get(stage)
            .map_or(&entry.option_defaults, |said| said.json.as_object().unwrap_or(&entry.option_defaults));
        for arg in option_args::own(entry) {
            let option = arg.get_id().to_string();
            let value = values.get(&option).cloned().unwrap_or_default();
            lines.push(Line { stage, option, value, source: stage_options::source(given, entry, &arg, &file) });
        }
    }
    let models = args.llm.said(&file.llm, context.store.root()).listed(given, &file.llm);
    let workers = file.workers.to_string();
    let (workers, source) = if workers.is_empty() {
        (Settings::default().workers.to_string(), Source::Default)
    } else {
        (workers, Source::File)
    };
    let value = workers.parse::<u64>().map_or(Value::String(workers), Value::from);
    lines.push(Line { stage: "all", option: "workers".to_owned(), value, source });
    if context.out.json {
        let models = models
            .iter()
            .map(|said| json!({ "stage": "llm", "option": said.name, "value": said.value, "from": said.from }));
        context.out.json(&lines.iter().map(json_of).chain(models).collect::<Vec<_>>())?;
    } else {
        let models =
            models.into_iter().map(|said| vec!["llm".to_owned(), said.name.to_owned(), said.shown(), said.from]);
        let rows: Vec<Vec<String>> = lines.iter().map(cells).chain(models).collect();
        let columns =
            [Column::word("stage"), Column::word("option"), Column::word("value"), Column::prose("from").rank(1)];
        context.out.table(&Table::new(columns, rows))?;
    }
    Ok(Exit::Done)
}

fn from(source: &Source) -> &str {
    match source {
        Source::Flag(name) | Source::SharedFlag(name) | Source::Environment(name) => name,
        Source::File => ConfigFile::NAME,
        Source::Default => "default",
    }
}

fn cells(line: &Line) -> Vec<String> {
    let value = match &line.value {
        Value::Null => "·".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    vec![line.stage.to_owned(), line.option.clone(), value, from(&line.source).to_owned()]
}

fn json_of(line: &Line) -> Value {
    json!({ "stage": line.stage, "option": line.option, "value": line.value, "from": from(&line.source) })
}
