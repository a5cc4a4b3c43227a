//! What the command understands.

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use lynchpin::base::id::{
    ChangeId, CloseCodeId, EnvironmentId, GroupId, PersonId, ReleaseId, ServiceId, StageId, StateId,
};
use lynchpin::base::{Actor, Instant, Span, Subject};
use lynchpin::plan::PlanScope;
use lynchpin::portfolio::FactName;
use lynchpin::wire::Detail;

use super::audit::Audit;
use super::compose::{Actions, Collisions, Compose};
use super::init::Init;
use super::ledger::args::Ledger;
use super::queue::Queue;
use super::risk::args::Risk;

/// The exit statuses, for the foot of the help.
const STATUSES: &str = "\
Exit status:
  0  a go; for `plan`, that nothing was dropped; for all others, that there is an answer
  1  not a go; for `plan`, that something does not ship; for `policy`, that there is something;
     for `audit`, that something has a gap or is a breach
  2  something is malformed or cannot be read: every problem is on standard error
  3  not a go, but it only has to wait: until when is on the first line
  4  a what-if, whatever it says: --policy is not the policy that the portfolio has adopted, or
     --ignore leaves facts out

With --all the worst item decides: 2, then 4, then 1, then 3, then 0.";

/// The exit statuses of `assess`, for the foot of its help.
const ASSESS_STATUSES: &str = "\
Exit status:
  0  answered, whatever the answer: this is a report and no gate. A gate writes the portfolio with
     --portfolio and asks `lynchpin decide`, whose status is the verdict
  2  the repository, the policy or an option is malformed or cannot be read";

/// Release management: what is in a release, may it go, how risky is it, and why.
#[derive(Debug, Parser)]
#[command(name = "lynchpin", version, about, after_help = STATUSES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// May it go to a stage now, and if not, why and who can change that?
    Decide(Decide),
    /// In which order does it ship, and what does not?
    Plan(Plan),
    /// How likely is it to cause a failure, and what makes it so?
    Score(Score),
    /// How likely is a change to fail by your own history? Fit a model to a CSV file, score, test
    #[command(subcommand)]
    Risk(Risk),
    /// What would the next release of a git repository ship, and is it ready?
    #[command(after_help = ASSESS_STATUSES)]
    Assess(Assess),
    /// May work go on at a place, and when does that change?
    Calendar(Calendar),
    /// What changed in a decision between two instants, and through which fact?
    Changed(Changed),
    /// What waits for whom, and until when is it of use to act?
    Waiting(Waiting),
    /// What is a board to decide at its next meeting?
    Agenda(Agenda),
    /// What ends soon, and what would no longer be a go?
    Ending(Ending),
    /// What rests on waivers, since when and for how long yet?
    Waivers(Daily),
    /// What was deployed in a period, and what was behind it? The status is 1 if there is a gap
    Audit(Audit),
    /// Which releases may go in parallel, which must wait, and what follows if one fails?
    Queue(Queue),
    /// Which changes make the best release that can ship, by value and within budgets?
    Compose(Compose),
    /// What is the least that must be done for it to go, and who can?
    Actions(Actions),
    /// Which open releases get in each other's way, and over what?
    Collisions(Collisions),
    /// What is wrong with a policy, what differs between two, what would another one decide?
    #[command(subcommand)]
    Policy(Policy),
    /// What does a workflow say, is it sound, and where does it lead from a state?
    Workflow(Workflow),
    /// Keep facts in a ledger that loses nothing and cannot be bent: append, decide, claim, prove
    #[command(subcommand)]
    Ledger(Ledger),
    /// Write a sample portfolio and a commented policy to begin with
    Init(Init),
    /// Print the JSON Schema of the portfolio document
    Schema,
}

/// Where the facts are: exactly one of these.
#[derive(Debug, Args)]
pub struct Source {
    /// The portfolio document; `-` reads standard input
    #[arg(value_name = "FILE", required_unless_present = "ledger", conflicts_with = "ledger")]
    document: Option<PathBuf>,
    /// The ledger, instead of a document
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
}

impl Source {
    /// The file of either kind; which one it is is seen in it.
    pub fn file(&self) -> &Path {
        self.document.as_ref().or(self.ledger.as_ref()).map_or(Path::new("-"), PathBuf::as_path)
    }

    /// The ledger, if it is one.
    pub fn ledger(&self) -> Option<&Path> {
        self.ledger.as_deref()
    }
}

/// What every question to a portfolio needs.
#[derive(Debug, Args)]
pub struct Asked {
    #[command(flatten)]
    pub source: Source,
    #[command(flatten)]
    items: Items,
    /// As of which instant, such as 2026-11-03T10:00:00Z [default: now]
    #[arg(long, value_name = "T")]
    pub at: Option<Instant>,
    /// The policy to judge by, as a file or the name of a shipped one [default: what the portfolio
    /// adopts, else `lynchpin.toml` beside it]
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Print the answer as JSON, one line an item
    #[arg(long)]
    pub json: bool,
}

/// What is asked about: exactly one of these.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Items {
    /// A release
    #[arg(long, value_name = "ID")]
    release: Option<ReleaseId>,
    /// A change
    #[arg(long, value_name = "ID")]
    change: Option<ChangeId>,
    /// Every release that is not cancelled; if there are no releases at all, every change
    #[arg(long)]
    all: bool,
}

impl Asked {
    /// The one subject that is asked about, or nothing for all.
    pub fn subject(&self) -> Option<Subject> {
        let release = self.items.release.clone().map(Subject::Release);
        release.or_else(|| self.items.change.clone().map(Subject::Change))
    }
}

/// May it go?
#[derive(Debug, Args)]
pub struct Decide {
    #[command(flatten)]
    pub asked: Asked,
    /// To which stage [default: the first that it has not wholly entered]
    #[arg(long, value_name = "ID")]
    pub stage: Option<StageId>,
    /// What if this fact were not there? Named as `--detail full --json` cites it, such as
    /// approvals/sha256:...; may be repeated, and the status is then 4
    #[arg(long = "ignore", value_name = "FACT")]
    pub ignoring: Vec<FactName>,
    /// Who asks: the decision is recorded in the ledger, as of now
    #[arg(long, value_name = "ID", requires = "ledger", conflicts_with_all = ["at", "ignoring"])]
    pub by: Option<PersonId>,
    /// How much of the reasons to give
    #[arg(long, value_enum, default_value = "unmet")]
    pub detail: HowMuch,
    /// How to print the answer
    #[arg(long, value_enum, default_value = "text", conflicts_with = "json")]
    pub format: Format,
}

/// May work go on there?
#[derive(Debug, Args)]
pub struct Calendar {
    /// In which stage
    #[arg(long, value_name = "ID")]
    pub stage: StageId,
    #[command(flatten)]
    of: CalendarOf,
    /// In which environment [default: all of the stage]
    #[arg(long, value_name = "ID")]
    pub environment: Option<EnvironmentId>,
    #[command(flatten)]
    pub daily: Daily,
}

/// Whose calendar: at most one of these.
#[derive(Debug, Args)]
#[group(multiple = false)]
struct CalendarOf {
    /// Of a release
    #[arg(long, value_name = "ID")]
    release: Option<ReleaseId>,
    /// Of a change
    #[arg(long, value_name = "ID")]
    change: Option<ChangeId>,
    /// Of a service
    #[arg(long, value_name = "ID")]
    service: Option<ServiceId>,
}

impl Calendar {
    /// The subject that is asked about, if one is.
    pub fn subject(&self) -> Option<Subject> {
        let release = self.of.release.clone().map(Subject::Release);
        release.or_else(|| self.of.change.clone().map(Subject::Change))
    }

    /// The service that is asked about, if one is.
    pub fn service(&self) -> Option<&ServiceId> {
        self.of.service.as_ref()
    }
}

/// What changed?
#[derive(Debug, Args)]
pub struct Changed {
    #[command(flatten)]
    pub asked: Asked,
    /// To which stage [default: the first that it has not wholly entered]
    #[arg(long, value_name = "ID")]
    pub stage: Option<StageId>,
    /// Since which instant; `--at` is the later one
    #[arg(long, value_name = "T")]
    pub since: Instant,
}

/// What the daily questions need, and the one about a calendar.
#[derive(Debug, Args)]
pub struct Daily {
    #[command(flatten)]
    pub source: Source,
    /// As of which instant, such as 2026-11-03T10:00:00Z [default: now]
    #[arg(long, value_name = "T")]
    pub at: Option<Instant>,
    /// The policy to judge by [default: what the portfolio adopts, else `lynchpin.toml` beside it]
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Print the answer as JSON
    #[arg(long)]
    pub json: bool,
}

/// What waits for whom?
#[derive(Debug, Args)]
pub struct Waiting {
    #[command(flatten)]
    pub daily: Daily,
    #[command(flatten)]
    who: WaitingWho,
    /// Only what is of use until so long after, such as 7d [default: everything]
    #[arg(long, value_name = "SPAN")]
    pub within: Option<Span>,
}

/// For whom: at most one of these.
#[derive(Debug, Args)]
#[group(multiple = false)]
struct WaitingWho {
    /// For this person, in their groups and for those who let them answer, too [default: everybody]
    #[arg(long, value_name = "ID")]
    person: Option<PersonId>,
    /// For this role, team or board
    #[arg(long, value_name = "ID")]
    group: Option<GroupId>,
}

impl Waiting {
    /// Who is asked about, or nobody for everybody.
    pub fn who(&self) -> Option<Actor> {
        let person = self.who.person.clone().map(Actor::Person);
        person.or_else(|| self.who.group.clone().map(Actor::Group))
    }
}

/// A board's agenda.
#[derive(Debug, Args)]
pub struct Agenda {
    #[command(flatten)]
    pub daily: Daily,
    /// The board
    #[arg(long, value_name = "ID")]
    pub board: GroupId,
}

/// What ends soon?
#[derive(Debug, Args)]
pub struct Ending {
    #[command(flatten)]
    pub daily: Daily,
    /// How long to look ahead
    #[arg(long, value_name = "SPAN", default_value = "14d")]
    pub within: Span,
}

/// Questions about policies.
#[derive(Debug, Subcommand)]
pub enum Policy {
    /// Which policies are shipped?
    List,
    /// Print a shipped policy, to be read, or copied and changed
    Show {
        /// Its name
        name: String,
    },
    /// What is wrong with a policy that can be read? The status is 1 if something can never go
    Lint {
        /// The policy, as a file or the name of a shipped one
        policy: PathBuf,
        /// A portfolio, whose people, groups, stages and services are looked at, too
        #[arg(long, value_name = "FILE")]
        portfolio: Option<PathBuf>,
        /// As of which instant [default: now]
        #[arg(long, value_name = "T")]
        at: Option<Instant>,
        /// Print the answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// What differs between two policies, and does it ask for more or for less?
    Diff {
        /// The policy before
        before: PathBuf,
        /// The policy after
        after: PathBuf,
        /// Print the answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// Which decisions would another policy flip, and why? The status is 1 if it flips any
    DryRun {
        /// The portfolio document; `-` reads standard input
        portfolio: PathBuf,
        /// The other policy
        #[arg(long, value_name = "FILE")]
        r#try: PathBuf,
        /// The policy to compare with [default: what the portfolio adopts, else `lynchpin.toml`
        /// beside it]
        #[arg(long, value_name = "FILE")]
        policy: Option<PathBuf>,
        /// Over every deployment begun since then [default: over what is open]
        #[arg(long, value_name = "T")]
        since: Option<Instant>,
        /// As of which instant [default: now]
        #[arg(long, value_name = "T")]
        at: Option<Instant>,
        /// Print the answer as JSON
        #[arg(long)]
        json: bool,
    },
}

/// In which order?
#[derive(Debug, Args)]
pub struct Plan {
    #[command(flatten)]
    pub asked: Asked,
    /// To which stage [default: the first that it has not wholly entered]
    #[arg(long, value_name = "ID")]
    pub stage: Option<StageId>,
    /// Which changes are held to be able to go
    #[arg(long, value_enum, default_value = "all")]
    pub scope: Scope,
    /// How to print the answer
    #[arg(long, value_enum, default_value = "text", conflicts_with = "json")]
    pub format: PlanFormat,
}

/// How risky?
#[derive(Debug, Args)]
pub struct Score {
    #[command(flatten)]
    pub asked: Asked,
    /// How to print the answer
    #[arg(long, value_enum, default_value = "text", conflicts_with = "json")]
    pub format: Format,
}

/// What would a repository ship?
#[derive(Debug, Args)]
pub struct Assess {
    /// A folder in a git repository; several are one release
    #[arg(required_unless_present_any = ["print_policy", "print_services"])]
    pub repositories: Vec<PathBuf>,
    /// What is released already: a commit, tag, branch or date [default: the nearest released
    /// version before, else 200 commits back]
    #[arg(long, value_name = "POINT")]
    pub since: Option<String>,
    /// What would ship: a commit, tag, branch or date [default: HEAD]
    #[arg(long, value_name = "POINT")]
    pub until: Option<String>,
    /// Only changes that touch this file or folder, and those that they require; may be repeated
    #[arg(long = "path", value_name = "PATH")]
    pub paths: Vec<String>,
    /// Do not find out whose lines each change touches: faster, and order by files only
    #[arg(long)]
    pub by_file: bool,
    /// A file that says which paths belong to which service [default: CODEOWNERS, else top folders]
    #[arg(long, value_name = "FILE")]
    pub services: Option<PathBuf>,
    /// A folder with the results of tests, as JUnit XML or JSON, that count as evidence
    #[arg(long, value_name = "DIR")]
    pub results: Option<PathBuf>,
    /// A file of allowed signers or a folder of public keys: signatures by these are verified
    #[arg(long, value_name = "PATH")]
    pub keys: Option<PathBuf>,
    /// Where to keep what was found in the history before the range, so that the next time is
    /// faster [default: $XDG_CACHE_HOME/lynchpin, else ~/.cache/lynchpin]
    #[arg(long, value_name = "DIR")]
    pub cache: Option<PathBuf>,
    /// Keep nothing, and take nothing from what was kept
    #[arg(long, conflicts_with = "cache")]
    pub no_cache: bool,
    /// How many commits before the range the features of risk look back on
    #[arg(long, value_name = "N")]
    pub history: Option<u32>,
    /// As of which instant, not before the newest commit, note or result [default: when that was
    /// made, so that the answer is the same on every day]
    #[arg(long, value_name = "T")]
    pub at: Option<Instant>,
    /// The policy to judge by [default: one review by somebody else for each change]
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Print the policy that is used where none is given, and do nothing else
    #[arg(long)]
    pub print_policy: bool,
    /// Print an example of the file that `--services` takes, and do nothing else
    #[arg(long, conflicts_with = "print_policy")]
    pub print_services: bool,
    /// Tell everything: every change, reason and dependency, however many there are
    #[arg(long)]
    pub full: bool,
    /// Print the assessment, the plan, the decision and the score as JSON, a line each
    #[arg(long, group = "form")]
    pub json: bool,
    /// Print a report for a pull request
    #[arg(long, group = "form")]
    pub markdown: bool,
    /// Print the waves as a flowchart that code forges draw
    #[arg(long, group = "form")]
    pub mermaid: bool,
    /// Print the waves as a picture
    #[arg(long, group = "form")]
    pub svg: bool,
    /// Also write what was read as a portfolio document, to be asked more
    #[arg(long, value_name = "FILE")]
    pub portfolio: Option<PathBuf>,
}

/// A workflow.
#[derive(Debug, Args)]
pub struct Workflow {
    /// What of it
    #[command(subcommand)]
    pub what: WorkflowAsked,
}

/// What is asked about workflows.
#[derive(Debug, Subcommand)]
pub enum WorkflowAsked {
    /// The names of the workflows that are shipped
    List,
    /// A workflow: its states, its transitions and their conditions
    Show(WorkflowShow),
    /// Whether a workflow is sound; if not, every problem with the way that shows it
    Check(WorkflowCheck),
    /// Where in its workflow something is, where it may go now, and why not elsewhere
    Next(WorkflowNext),
}

/// What is where, and in which workflow.
#[derive(Debug, Args)]
pub struct WorkflowNext {
    #[command(flatten)]
    pub asked: Asked,
    /// In which workflow: the name of a shipped one, or a TOML file [default: the one that it was
    /// last moved in, else the usual one for its kind and profile]
    #[arg(long, value_name = "WORKFLOW")]
    pub workflow: Option<PathBuf>,
    /// How it ended, if it is to be closed
    #[arg(long, value_name = "CODE")]
    pub close_code: Option<CloseCodeId>,
}

/// Which workflow, and how to print it.
#[derive(Debug, Args)]
pub struct WorkflowShow {
    /// The name of a shipped workflow, or a TOML file; `-` reads standard input
    pub name: PathBuf,
    /// Say instead where something in this state, of which nothing else is known, can go and on
    /// what conditions
    #[arg(long, value_name = "STATE", conflicts_with = "form")]
    pub from: Option<StateId>,
    /// Print its text, to be copied and changed
    #[arg(long, group = "form")]
    pub toml: bool,
    /// Print it as JSON
    #[arg(long, group = "form")]
    pub json: bool,
    /// Print tables for a pull request or a page
    #[arg(long, group = "form")]
    pub markdown: bool,
    /// Print a state diagram that code forges draw
    #[arg(long, group = "form")]
    pub mermaid: bool,
    /// Print a picture
    #[arg(long, group = "form")]
    pub svg: bool,
}

/// Which workflow to verify.
#[derive(Debug, Args)]
pub struct WorkflowCheck {
    /// The TOML file; `-` reads standard input
    pub file: PathBuf,
}

/// How much of the reasons is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum HowMuch {
    /// The verdict and when it clears
    Verdict,
    /// Also what holds it back and who can change that
    Unmet,
    /// Also everything that is met
    Full,
}

impl From<HowMuch> for Detail {
    fn from(much: HowMuch) -> Self {
        match much {
            HowMuch::Verdict => Detail::Verdict,
            HowMuch::Unmet => Detail::Unmet,
            HowMuch::Full => Detail::Full,
        }
    }
}

/// Which changes a plan holds to be able to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Scope {
    /// All that are not cancelled: the order of the whole
    All,
    /// Those that a decision lets go now
    Ready,
}

impl From<Scope> for PlanScope {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::All => PlanScope::All,
            Scope::Ready => PlanScope::Ready,
        }
    }
}

/// How an answer is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For a terminal
    Text,
    /// For a pull request or a notebook
    Markdown,
}

/// How a plan is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    /// For a terminal
    Text,
    /// For a pull request or a notebook
    Markdown,
    /// As a flowchart that code forges draw
    Mermaid,
    /// As a picture
    Svg,
}
