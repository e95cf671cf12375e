//! The commands: arguments in, one exit code out.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use serde_json::json;
use tamga_api::draft::parse_subject;
use tamga_format::id::UnixMillis;
use tamga_format::policy::Policy;
use tamga_format::subject::{Role, Subject};

use crate::client::Client;
use crate::config::{Config, Flags};
use crate::error::{CliError, Exit};
use crate::lang::{Language, Messages, Said};
use crate::output::{Form, Output, Shown};
use crate::signer::{Keys, Passphrase};
use crate::trust::Trust;
use crate::verify::fault;

mod assignment;
mod audit;
mod case;
mod checkpoint;
mod config;
mod dispute;
mod draft;
mod duplicates;
mod evidence;
mod explain;
mod export;
mod genesis;
mod help;
mod import;
mod indicators;
mod keys;
mod listing;
mod officer;
mod okup;
mod payment;
mod policy;
mod pool;
mod progress;
mod receipt;
mod reconcile;
mod register;
mod royalty;
mod seen;
mod signing;
mod statement;
mod status;
mod submit;
mod table;
mod template;
mod verify;
mod watch;
mod witness;

/// The world around a command.
pub struct Io<'a> {
    /// Data.
    pub stdout: &'a mut dyn Write,
    /// Messages and progress.
    pub stderr: &'a mut dyn Write,
    /// Environment variables.
    pub env: BTreeMap<String, String>,
    /// The folder where the command runs, whose `tamga.toml` is read.
    pub folder: PathBuf,
    /// Whether messages go to a terminal, so that questions and progress make sense.
    pub terminal: bool,
    /// Whether data go to a terminal.
    pub colour: bool,
    /// The time.
    pub now: UnixMillis,
    /// Waits.
    pub sleep: fn(Duration),
    /// Arms Ctrl-C: from then on it sets this flag instead of ending the program.
    pub interrupt: &'a dyn Fn() -> Arc<AtomicBool>,
}

/// Command line of the Tamga ledger.
#[derive(Parser)]
#[command(name = "tamga", version, disable_help_subcommand = true)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Options of every command.
#[derive(Args)]
struct Global {
    /// Print one JSON object.
    #[arg(long, global = true)]
    json: bool,
    /// Print one JSON object per line: of each item of a list or stream.
    #[arg(long, global = true)]
    ndjson: bool,
    /// Print tab-separated columns without colours, one line per result.
    #[arg(long, global = true)]
    plain: bool,
    /// Print ids only.
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Language of messages.
    #[arg(long, global = true, value_enum)]
    lang: Option<Language>,
    /// Colours of verdicts.
    #[arg(long, global = true, value_enum, default_value_t = When::Auto)]
    color: When,
    /// Profile of the configuration files [env: TAMGA_PROFILE].
    #[arg(long, global = true)]
    profile: Option<String>,
    /// Base address of a node [env: TAMGA_URL].
    #[arg(long, global = true)]
    url: Option<String>,
    /// Directory of a devnet [env: TAMGA_DEVNET].
    #[arg(long, global = true)]
    devnet: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum When {
    Auto,
    Always,
    Never,
}

#[derive(Subcommand)]
enum Command {
    /// Make a key and encrypt it under a passphrase.
    Keygen(keys::Keygen),
    /// List and show keys.
    #[command(subcommand)]
    Key(keys::Key),
    /// Sign a record and submit it.
    Submit(submit::Submit),
    /// Record the rows of a table (CSV, Excel, NDJSON) through a mapping.
    Import(import::Import),
    /// Compare a source's list with the ledger, and check reports of that.
    Reconcile(reconcile::Reconcile),
    /// Check the whole ledger without trusting its nodes, and check reports of that.
    Audit(audit::Audit),
    /// Export what the log holds, for other programs.
    #[command(subcommand)]
    Export(export::Export),
    /// Works and shares of registrations.
    #[command(subcommand)]
    Works(royalty::Works),
    /// Usage of works, and money for it.
    #[command(subcommand)]
    Usage(royalty::UsageCommand),
    /// Tables to fill in, in Kazakh and Russian.
    #[command(subcommand)]
    Template(template::Template),
    /// What an organisation owes and paid an author, with proofs.
    #[command(subcommand)]
    Statement(statement::Statement),
    /// What became of the money of a distribution.
    #[command(subcommand)]
    Pool(pool::Pool),
    /// Objections of rightsholders, and the answers to them.
    #[command(subcommand)]
    Dispute(dispute::Dispute),
    /// What bank and rightsholder say of a payout.
    #[command(subcommand)]
    Payment(payment::Payment),
    /// What a collective management organisation does with the money.
    #[command(subcommand)]
    Okup(okup::Okup),
    /// Show where a subject stands, with the proof that it is so.
    Status(status::Status),
    /// Fetch and show receipts.
    #[command(subcommand)]
    Receipt(receipt::Receipt),
    /// Verify receipts offline.
    Verify(verify::Verify),
    /// Read a case.
    #[command(subcommand)]
    Case(case::Case),
    /// How a case is given to an officer.
    #[command(subcommand)]
    Assignment(assignment::Assignment),
    /// What an officer has to do.
    #[command(subcommand)]
    Officer(officer::Officer),
    /// Look into the register of debtors.
    Register(register::Register),
    /// List cases that have something in common that one debt has once.
    Duplicates(duplicates::Duplicates),
    /// Show indicators, and the records behind their figures.
    Indicators(indicators::Indicators),
    /// Follow the log or a case.
    Watch(watch::Watch),
    /// Follow the log of several nodes; notice when one is rolled back, forked, frozen or slow.
    #[command(subcommand)]
    Checkpoint(checkpoint::Checkpoint),
    /// Check evidence of two logs of one name, and of keys that signed both.
    #[command(subcommand)]
    Evidence(evidence::Command),
    /// Explain an error code.
    Explain(explain::Explain),
    /// Check a genesis file.
    #[command(subcommand)]
    Genesis(genesis::Genesis),
    /// Run a witness of other logs.
    Witness(witness::Witness),
    /// The ledger's policies, and the chain between them.
    #[command(subcommand)]
    Policy(policy::Command),
    /// Show settings.
    #[command(subcommand)]
    Config(config::Config),
    /// Print completions of a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Write the manual pages.
    Man {
        /// Directory to write them to; it must be there.
        #[arg(long)]
        out: PathBuf,
    },
    /// Print the version.
    Version,
}

/// A subject of one role, as a command's argument writes it.
fn of_role(flag: &'static str, value: &str, role: Role) -> Result<Subject, CliError> {
    let subject = parse_subject(value).ok().filter(|subject| subject.role == role);
    subject.ok_or_else(|| CliError::bad_value(flag, value))
}

/// Help shown because a command lacks its subcommand.
const HELP: ErrorKind = ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;

/// What every command gets.
struct Session<'a> {
    config: Config,
    flags: Flags,
    out: Output<'a>,
    terminal: bool,
    now: UnixMillis,
    sleep: fn(Duration),
    interrupt: &'a dyn Fn() -> Arc<AtomicBool>,
}

impl Session<'_> {
    fn client(&self) -> Result<Client, CliError> {
        let language = self.out.messages.language().tag();
        let token = self.config.token.as_ref().map(|token| token.value.clone());
        Ok(Client::new(self.config.url()?, token, language, self.sleep))
    }

    fn policy(&self, flag: Option<&PathBuf>) -> Result<Policy, CliError> {
        Ok(self.trust(flag)?.newest().clone())
    }

    /// The policies of the ledger, each for its part of the log.
    fn trust(&self, flag: Option<&PathBuf>) -> Result<Trust, CliError> {
        Trust::load(&self.config.policy_path(flag.map(PathBuf::as_path))?)
    }

    /// The ledger's name: from the policy at hand, or as the node says.
    fn origin(&self, client: Option<&Client>) -> Result<String, CliError> {
        match (self.config.policy_path(None), client) {
            (Ok(_), _) => Ok(self.policy(None)?.origin().to_owned()),
            (Err(_), Some(client)) => {
                let text = client.policy()?;
                let policy = Policy::parse(&text)
                    .map_err(|error| CliError::answer(client.url(), fault(&error)))?;
                Ok(policy.origin().to_owned())
            }
            (Err(error), None) => Err(error),
        }
    }

    fn text(&self, id: &str) -> String {
        self.out.messages.text(id, &[])
    }

    /// The keys of a ledger that this user has, and those of the files given as `NAME=FILE`.
    fn keys(
        &self,
        files: &[String],
        passphrase_file: Option<&Path>,
        origin: &str,
    ) -> Result<Keys, CliError> {
        let mut keys = Keys::load(&self.config, origin)?;
        for pair in files {
            let (name, path) = pair
                .rsplit_once('=')
                .ok_or_else(|| CliError::usage(Said::plain("usage-key-pair")))?;
            let prompt = format!("{} ({name})", self.text("prompt-passphrase"));
            let passphrase = self.passphrase(passphrase_file, prompt);
            keys.open_file(name, Path::new(path), &passphrase)?;
        }
        Ok(keys)
    }

    /// How the passphrase of a key file is obtained.
    fn passphrase<'p>(&'p self, file: Option<&'p Path>, prompt: String) -> Passphrase<'p> {
        Passphrase {
            file,
            given: self.config.passphrase.as_ref().map(|given| given.value.as_str()),
            terminal: self.terminal,
            prompt,
            again: None,
        }
    }
}

/// Runs one command and returns its exit code.
pub fn run(args: impl IntoIterator<Item = OsString>, io: &mut Io<'_>) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    let language = language_before_parsing(&args, io);
    let parsed = help::localised(Cli::command(), language)
        .try_get_matches_from(args)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() && error.kind() != HELP => {
            let messages = Messages::new(language);
            let mut out = Output::new(io.stdout, io.stderr, Form::Human, false, messages);
            out.fail(&help::wrong_call(&error));
            return Exit::Usage.number();
        }
        Err(error) => {
            // Help and version are data; help that nobody asked for tells of a wrong call.
            let wrong = error.use_stderr();
            let stream = if wrong { &mut io.stderr } else { &mut io.stdout };
            drop(write!(stream, "{}", error.render()));
            return if wrong { Exit::Usage.number() } else { Exit::Success.number() };
        }
    };
    let global = cli.global;
    let flags = Flags {
        profile: global.profile,
        url: global.url,
        devnet: global.devnet,
        language: global.lang,
    };
    let loaded = Config::load(flags.clone(), &io.env, &io.folder);
    let language = match &loaded {
        Ok(config) => config.language.value,
        Err(_) => flags.language.unwrap_or(Language::En),
    };
    let forms = [
        (global.json, "--json", Form::Json),
        (global.ndjson, "--ndjson", Form::Ndjson),
        (global.plain, "--plain", Form::Plain),
        (global.quiet, "--quiet", Form::Quiet),
    ];
    let mut asked = forms.into_iter().filter(|(given, ..)| *given);
    let (form, one) = asked.next().map_or((Form::Human, ""), |(_, flag, form)| (form, flag));
    let another = asked.next().map(|(_, flag, _)| CliError::pointless(flag, one));
    let no_colour = io.env.get("NO_COLOR").is_some_and(|value| !value.is_empty());
    let colour = match global.color {
        When::Always => true,
        When::Never => false,
        When::Auto => io.colour && !no_colour && form == Form::Human,
    };
    let mut out = Output::new(io.stdout, io.stderr, form, colour, Messages::new(language));
    out.terminal = io.terminal;
    let config = match another.map_or(loaded, Err) {
        Ok(config) => config,
        Err(error) => {
            out.fail(&error);
            return error.exit.number();
        }
    };
    let mut session = Session {
        config,
        flags,
        out,
        terminal: io.terminal,
        now: io.now,
        sleep: io.sleep,
        interrupt: io.interrupt,
    };
    let done = dispatch(cli.command, &mut session);
    match done {
        Ok(exit) => exit.number(),
        Err(error) => {
            session.out.fail(&error);
            error.exit.number()
        }
    }
}

/// The language of help and of wrong calls: what `--lang` says wherever it stands, otherwise what the settings say.
fn language_before_parsing(args: &[OsString], io: &Io<'_>) -> Language {
    let mut flag = None;
    let mut words = args.iter().filter_map(|word| word.to_str());
    while let Some(word) = words.next() {
        let value = match word.strip_prefix("--lang") {
            Some("") => words.next(),
            Some(rest) => rest.strip_prefix('='),
            None => None,
        };
        flag = value.and_then(Language::from_tag).or(flag);
    }
    let flags = Flags { language: flag, ..Flags::default() };
    Config::load(flags, &io.env, &io.folder)
        .map_or(flag.unwrap_or(Language::En), |config| config.language.value)
}

fn dispatch(command: Option<Command>, session: &mut Session<'_>) -> Result<Exit, CliError> {
    match command {
        None => {
            let text = session.text("examples");
            session.out.print(&text);
            Ok(Exit::Success)
        }
        Some(Command::Keygen(command)) => keys::keygen(&command, session),
        Some(Command::Key(command)) => keys::key(&command, session),
        Some(Command::Submit(command)) => submit::run(&command, session),
        Some(Command::Import(command)) => import::run(&command, session),
        Some(Command::Reconcile(command)) => reconcile::run(&command, session),
        Some(Command::Audit(command)) => audit::run(&command, session),
        Some(Command::Export(command)) => export::run(&command, session),
        Some(Command::Works(command)) => royalty::works(&command, session),
        Some(Command::Usage(command)) => royalty::usage(&command, session),
        Some(Command::Template(command)) => template::run(&command, session),
        Some(Command::Statement(command)) => statement::run(&command, session),
        Some(Command::Pool(command)) => pool::run(&command, session),
        Some(Command::Dispute(command)) => dispute::run(&command, session),
        Some(Command::Payment(command)) => payment::run(&command, session),
        Some(Command::Okup(command)) => okup::run(&command, session),
        Some(Command::Status(command)) => status::run(&command, session),
        Some(Command::Receipt(command)) => receipt::run(&command, session),
        Some(Command::Verify(command)) => verify::run(&command, session),
        Some(Command::Case(command)) => case::run(&command, session),
        Some(Command::Assignment(command)) => assignment::run(&command, session),
        Some(Command::Officer(command)) => officer::run(&command, session),
        Some(Command::Register(command)) => register::run(&command, session),
        Some(Command::Duplicates(command)) => duplicates::run(&command, session),
        Some(Command::Indicators(command)) => indicators::run(&command, session),
        Some(Command::Watch(command)) => watch::run(&command, session),
        Some(Command::Checkpoint(command)) => checkpoint::run(&command, session),
        Some(Command::Evidence(command)) => evidence::run(&command, session),
        Some(Command::Explain(command)) => explain::run(&command, session),
        Some(Command::Genesis(command)) => genesis::run(&command, session),
        Some(Command::Witness(command)) => witness::run(&command, session),
        Some(Command::Policy(command)) => policy::run(&command, session),
        Some(Command::Config(command)) => config::run(&command, session),
        Some(Command::Completions { shell }) => {
            if session.out.form() != Form::Human {
                return Err(CliError::usage(Said::plain("usage-script")));
            }
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "tamga", &mut script);
            session.out.print(&String::from_utf8_lossy(&script));
            Ok(Exit::Success)
        }
        Some(Command::Man { out }) => {
            clap_mangen::generate_to(Cli::command(), &out)
                .map_err(|error| CliError::file(&out, &error))?;
            let human = out.display().to_string();
            let data = json!({ "folder": human });
            let shown = Shown { data, plain: vec![human.clone()], id: human.clone(), human };
            session.out.result("man", &shown);
            Ok(Exit::Success)
        }
        Some(Command::Version) => {
            let version = env!("CARGO_PKG_VERSION").to_owned();
            let human = format!("tamga {version}");
            let data = json!({ "version": version });
            let shown = Shown { data, human, plain: vec![version.clone()], id: version };
            session.out.result("version", &shown);
            Ok(Exit::Success)
        }
    }
}

#[cfg(test)]
mod tests;
