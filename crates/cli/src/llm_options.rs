//! The settings of language models: a flag overrides the environment, which overrides `[llm]` in `shelf.toml`. Keys are read from the
//! environment only: a flag would be visible in the process list, and the file is copied with the library.

use super::config_file::ConfigFile;
use super::error::CliError;
use super::error::Result;
use super::key_use::{Reason, WithheldKey, is_confirmed};
use super::llm_table::LlmTable;
use super::llm_table::parse_effort;
use super::numbers::parse_time;
use super::numbers::time;
use super::server_address::{ANY_KEY, AddressParser, is_unencrypted};
use clap::ArgMatches;
use clap::Args;
use clap::parser::ValueSource;
use serde_json::Value;
use serde_json::json;
use shelf_llm::ApiKey;
use shelf_llm::Effort;
use shelf_llm::LlmSettings;
use shelf_llm::Price;
use shelf_llm::Profile;
use shelf_llm::Proxy;
use shelf_llm::Spending;
use shelf_llm::Timeouts;
use shelf_llm::Usd;
use std::path::Path;
use std::time::Duration;

/// The flags.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Language models")]
pub(super) struct LlmArgs {
    /// Ask this model first
    #[arg(long, visible_alias = "model", value_name = "MODEL", env = "SHELF_LLM_MODEL", hide_env_values = true)]
    pub(super) llm_model: Option<String>,
    /// Ask these models in turn if it gives no usable reply
    #[arg(long, value_name = "A,B", value_delimiter = ',', env = "SHELF_LLM_FALLBACKS", hide_env_values = true)]
    pub(super) llm_fallbacks: Option<Vec<String>>,
    /// Use this server: its address without `/chat/completions`
    #[arg(long, value_name = "URL", env = "SHELF_LLM_BASE_URL", hide_env_values = true, value_parser = AddressParser)]
    pub(super) llm_base_url: Option<String>,
    /// Send at most this many requests at a time
    #[arg(long, value_name = "N", env = "SHELF_LLM_IN_FLIGHT", hide_env_values = true, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(super) llm_in_flight: Option<u16>,
    /// Send at most this many requests per minute; 0 means unlimited
    #[arg(
        long,
        value_name = "N",
        env = "SHELF_LLM_REQUESTS_PER_MINUTE",
        hide_env_values = true,
        hide_short_help = true
    )]
    pub(super) llm_requests_per_minute: Option<u32>,
    /// Limit a reply to this many tokens
    #[arg(long, value_name = "N", env = "SHELF_LLM_MAX_TOKENS", hide_env_values = true, hide_short_help = true, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) llm_max_tokens: Option<u32>,
    /// Let models reason this much before they reply; by default as little as they are known to accept
    #[arg(long, value_name = "EFFORT", env = "SHELF_LLM_REASONING", hide_env_values = true, hide_short_help = true, value_parser = parse_effort)]
    pub(super) llm_reasoning: Option<Effort>,
    /// Wait this long for a connection
    #[arg(long, value_name = "TIME", env = "SHELF_LLM_CONNECT", hide_env_values = true, hide_short_help = true, value_parser = parse_time)]
    pub(super) llm_connect: Option<Duration>,
    /// Wait this long for the first words of a reply
    #[arg(long, value_name = "TIME", env = "SHELF_LLM_FIRST_TOKEN", hide_env_values = true, hide_short_help = true, value_parser = parse_time)]
    pub(super) llm_first_token: Option<Duration>,
    /// Wait this long for the next words
    #[arg(long, value_name = "TIME", env = "SHELF_LLM_IDLE", hide_env_values = true, hide_short_help = true, value_parser = parse_time)]
    pub(super) llm_idle: Option<Duration>,
    /// Wait this long for the whole reply
    #[arg(long, value_name = "TIME", env = "SHELF_LLM_TOTAL", hide_env_values = true, hide_short_help = true, value_parser = parse_time)]
    pub(super) llm_total: Option<Duration>,
    /// With `--engine llm`, let a page fail for which no model gives a usable reply; by default rules make it
    #[arg(long, hide_short_help = true)]
    pub(super) strict_model: bool,
    /// Send the key to another machine without encryption (`http://`)
    #[arg(long, hide_short_help = true)]
    pub(super) insecure: bool,
}

/// The file that caches the prices of models for a day, in the library's root.
const PRICES: &str = ".prices.json";
/// The variable with the key to OpenRouter, which is sent to no other server.
const OPENROUTER_KEY: &str = "OPENROUTER_API_KEY";
/// Variables with keys, which worker processes do not get.
pub(super) const KEY_VARIABLES: [&str; 2] = [ANY_KEY, OPENROUTER_KEY];

/// All settings of language models.
pub(super) struct LlmSaid {
    pub(super) settings: LlmSettings,
    /// Whether a model is configured: a key, or a server without one.
    pub(super) configured: bool,
    /// The variable that the key was read from.
    key_from: Option<&'static str>,
    /// The key, if it is not sent yet.
    pub(super) withheld: Option<WithheldKey>,
}

impl LlmArgs {
    /// Combines flags, environment and file.
    pub(super) fn said(&self, table: &LlmTable, library: &Path) -> LlmSaid {
        let base_url = self.llm_base_url.as_ref().or(table.base_url.as_ref());
        let new = LlmSettings::new(base_url.map_or(LlmSettings::BASE_URL, String::as_str));
        let (api_key, key_from) = key(&new);
        let is_foreign = self.llm_base_url.is_none() && table.base_url.is_some() && !new.is_openrouter();
        let reason = match &api_key {
            Some(_) if is_unencrypted(&new.base_url) && !self.insecure => Some(Reason::Unencrypted),
            Some(_) if is_foreign && !is_confirmed(&new.base_url) => Some(Reason::Unconfirmed),
            _ => None,
        };
        let (api_key, withheld) = match (api_key, reason) {
            (Some(key), Some(reason)) => (None, Some(WithheldKey::new(key, &new.base_url, reason))),
            (api_key, _) => (api_key, None),
        };
        let fallbacks = self.llm_fallbacks.clone().or_else(|| table.fallbacks.clone());
        let timeouts = Timeouts {
            connect: self.llm_connect.or(table.connect).unwrap_or(new.timeouts.connect),
            first_token: self.llm_first_token.or(table.first_token).unwrap_or(new.timeouts.first_token),
            idle: self.llm_idle.or(table.idle).unwrap_or(new.timeouts.idle),
            total: self.llm_total.or(table.total).unwrap_or(new.timeouts.total),
        };
        let prices = table.prices.iter().map(|(model, price)| (model.clone(), price.a_token()));
        let settings = LlmSettings {
            model: self.llm_model.clone().or_else(|| table.model.clone()),
            fallbacks: fallbacks.unwrap_or_else(|| new.default_fallbacks()),
            in_flight: self.llm_in_flight.or(table.in_flight).map_or(new.in_flight, usize::from),
            requests_per_minute: self
                .llm_requests_per_minute
                .or(table.requests_per_minute)
                .unwrap_or(new.requests_per_minute),
            max_tokens: self.llm_max_tokens.or(table.max_tokens).unwrap_or(new.max_tokens),
            reasoning: self.llm_reasoning.or(table.reasoning),
            extra_body: table.extra_body.clone(),
            proxy: proxy(),
            strict: self.strict_model,
            timeouts,
            prices: prices.collect(),
            price_cache: new.is_openrouter().then(|| library.join(PRICES)),
            spending: Spending { book: table.book_budget, month: table.month_budget, ..Spending::default() },
            api_key,
            ..new
        };
        LlmSaid { configured: settings.api_key.is_some() || base_url.is_some(), settings, key_from, withheld }
    }
}

/// One setting, for `shelf config`.
pub(super) struct LlmSetting {
    pub(super) name: &'static str,
    /// As JSON; times in seconds, amounts in USD.
    pub(super) value: Value,
    pub(super) from: String,
}

impl LlmSetting {
    /// Its value for people.
    pub(super) fn shown(&self) -> String {
        match (&self.value, self.name) {
            (Value::Null, _) => "·".to_owned(),
            (Value::Bool(is_set), "api_key") => if *is_set { "set" } else { "not set" }.to_owned(),
            (Value::Array(items), _) if items.is_empty() => "·".to_owned(),
            (Value::Object(fields), _) if fields.is_empty() => "·".to_owned(),
            (Value::Array(items), _) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
            (Value::String(text), _) => text.clone(),
            (value, "connect" | "first_token" | "idle" | "total") => value.as_f64().map(time).unwrap_or_default(),
            (value, "book_budget" | "month_budget") => {
                value.as_f64().map(|usd| Usd(usd).to_string()).unwrap_or_default()
            }
            (value, _) => value.to_string(),
        }
    }
}

impl LlmSaid {
    /// The settings, if a model is configured.
    pub(super) fn configured(self) -> Option<LlmSettings> {
        self.configured.then_some(self.settings)
    }

    /// Every setting and its source. The key itself is not shown, only whether there is one.
    pub(super) fn listed(&self, given: &ArgMatches, table: &LlmTable) -> Vec<LlmSetting> {
        let settings = &self.settings;
        let usd = |cap: Option<Usd>| json!(cap);
        let seconds = |time_limit: Duration| json!(time_limit.as_secs_f64());
        let model = settings.first_model("");
        let model = if model.is_empty() { Value::Null } else { json!(model) };
        let timeouts = settings.timeouts;
        let said = [
            ("base_url", json!(settings.base_url), table.base_url.is_some()),
            ("model", model, table.model.is_some()),
            ("fallbacks", json!(settings.fallbacks), table.fallbacks.is_some()),
            ("in_flight", json!(settings.in_flight), table.in_flight.is_some()),
            ("requests_per_minute", json!(settings.requests_per_minute), table.requests_per_minute.is_some()),
            ("max_tokens", json!(settings.max_tokens), table.max_tokens.is_some()),
            ("reasoning", json!(settings.reasoning.map(Effort::as_str)), table.reasoning.is_some()),
            ("extra_body", Value::Object(settings.extra_body.clone()), !table.extra_body.is_empty()),
            ("connect", seconds(timeouts.connect), table.connect.is_some()),
            ("first_token", seconds(timeouts.first_token), table.first_token.is_some()),
            ("idle", seconds(timeouts.idle), table.idle.is_some()),
            ("total", seconds(timeouts.total), table.total.is_some()),
            ("book_budget", usd(settings.spending.book), table.book_budget.is_some()),
            ("month_budget", usd(settings.spending.month), table.month_budget.is_some()),
        ];
        let profile = Profile::of(&settings.base_url, settings.first_model(""), None);
        let mut listed = vec![
            LlmSetting {
                name: "api_key",
                value: match &self.withheld {
                    Some(withheld) => json!(withheld.shown()),
                    None => json!(self.key_from.is_some()),
                },
                from: self.key_from.unwrap_or("default").to_owned(),
            },
            // The server's list of models may say more, but is not asked for here.
            LlmSetting { name: "profile", value: json!(profile.name), from: "base_url".to_owned() },
        ];
        listed.extend(said.map(|(name, value, in_file)| LlmSetting {
            name,
            value,
            from: source(given, name, in_file),
        }));
        listed
    }
}

fn source(given: &ArgMatches, name: &str, in_file: bool) -> String {
    let id = format!("llm_{name}");
    let is_flag = given.ids().any(|known| known.as_str() == id);
    match is_flag.then(|| given.value_source(&id)).flatten() {
        Some(ValueSource::CommandLine) => format!("--{}", id.replace('_', "-")),
        Some(ValueSource::EnvVariable) => format!("SHELF_{}", id.to_uppercase()),
        _ if in_file => ConfigFile::NAME.to_owned(),
        _ => "default".to_owned(),
    }
}

/// The key to the server of these settings, and its source.
fn key(settings: &LlmSettings) -> (Option<ApiKey>, Option<&'static str>) {
    let of_variable = |variable| Some((ApiKey::new(&std::env::var(variable).ok()?)?, variable));
    let openrouter = || settings.is_openrouter().then(|| of_variable(OPENROUTER_KEY)).flatten();
    of_variable(ANY_KEY).or_else(openrouter).unzip()
}

/// The proxy that the environment names, in capitals or small letters as other programs read it.
fn proxy() -> Option<Proxy> {
    let of_variable = |names: [&str; 2]| {
        names.iter().find_map(|name| std::env::var(name).ok()).filter(|value| !value.trim().is_empty())
    };
    let url = of_variable(["HTTPS_PROXY", "https_proxy"])?;
    Some(Proxy { url, no_proxy: of_variable(["NO_PROXY", "no_proxy"]) })
}

/// The error if spending was not allowed.
pub(super) fn not_allowed(why: impl std::fmt::Display) -> CliError {
    CliError::refused(why)
        .hint("pass `--yes` to allow it; with `shelf process`, `--budget 3.00` allows it up to a limit")
}

/// Checks everything that must be known before money is spent.
pub(super) fn check_prices(
    settings: &LlmSettings,
    price: &dyn Fn(&str) -> Option<Price>,
    models: &[String],
) -> Result<()> {
    let Spending { run, book, month, shared_run, .. } = settings.spending;
    let is_limited = shared_run.is_some() || [run, book, month].iter().any(Option::is_some);
    match models.iter().find(|model| price(model).is_none()) {
        Some(model) if is_limited => {
            let reason = shelf_llm::AbortReason::Unpriced(model.clone());
            Err(CliError::refused(&reason).hint(reason.hint()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> std::result::Result<LlmTable, String> {
        LlmTable::read(text.parse::<toml::Table>().expect("the test writes TOML").into())
    }

    #[test]
    fn flags_override_the_file_and_the_file_overrides_defaults() {
        let table =
            table("model = \"b\"\nidle = \"5s\"\nbook_budget = 2\n[prices.b]\nprompt = 0.3\ncompletion = 2.5").unwrap();
        let args = LlmArgs { llm_model: Some("a".to_owned()), ..LlmArgs::default() };
        let settings = args.said(&table, Path::new("/library")).settings;
        assert_eq!((settings.model.as_deref(), settings.timeouts.idle), (Some("a"), Duration::from_secs(5)));
        assert_eq!((settings.in_flight, settings.spending.book), (30, Some(Usd(2.0))));
        assert_eq!(settings.prices["b"], Price { prompt: 3e-7, completion: 2.5e-6, ..Price::default() });
        assert_eq!(settings.fallbacks, LlmSettings::new(LlmSettings::BASE_URL).default_fallbacks());
        let own = LlmArgs { llm_base_url: Some("http://127.0.0.1:8080/v1".to_owned()), ..LlmArgs::default() };
        let own = own.said(&LlmTable::default(), Path::new("/library"));
        assert!(own.configured && own.settings.fallbacks.is_empty() && own.settings.price_cache.is_none());
    }

    #[test]
    fn errors_name_the_invalid_setting() {
        for (text, problem) in [
            ("modell = \"b\"", "unknown field `modell`"),
            ("idle = \"soon\"", "`[llm] idle`: unknown unit `soon`"),
            ("base_url = \"example.org\"", "`[llm] base_url`: expected an address such as"),
            ("base_url = \"https://me:secret@example.org/v1\"", "an address with a password would be shown"),
            ("reasoning = \"much\"", "`[llm] reasoning`: expected `none`, `minimal`, `low`, `medium` or `high`"),
            ("[extra_body]\nmessages = []", "`[llm.extra_body]`: `messages` cannot be replaced"),
            ("[prices.b]\nprompt = -1\ncompletion = 1", "`[llm.prices.\"b\"]`: a price cannot be negative"),
        ] {
            let found = table(text).unwrap_err();
            assert!(found.contains(problem), "{found}");
        }
    }
}
