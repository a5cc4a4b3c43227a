//! `cargo xtask figures TOPIC [FOLDER...]`: measures, compares with a peer and with what is wanted.
//!
//! A topic is a program `benches/src/bin/TOPIC.rs` (or a folder of that name), which is told the
//! folders; beside that of `assess` stands the `lynchpin` command, built alike. The topics `plan`
//! and `risk` are told which part to measure instead: a word (or for `plan` a number), or nothing
//! for all. It measures, and prints one line per figure:
//! `figure: NAME; VALUE; PEER or -; value or ratio; <= or >=; WANTED`, the ratio being value by
//! peer, or `figure: NAME; VALUE; PEER or -; told; -; -` for what is only told. What it takes to
//! hold is judged here, so that no program judges itself.

use crate::End;
use crate::job::{Job, Outcome, Tier};
use crate::steps::{install, python};
use crate::tools;
use crate::workspace::Workspace;

const TOPICS: [&str; 5] = ["assess", "gates", "ledger", "plan", "risk"];

/// Measures a topic and prints its table.
pub(crate) fn run(workspace: &Workspace, words: &[&str]) -> End {
    let [topic, folders @ ..] = words else {
        return End::Usage(format!("name a topic: {}", TOPICS.join(", ")));
    };
    if !TOPICS.contains(topic) {
        return End::Usage(format!("no topic `{topic}`: take one of {}", TOPICS.join(", ")));
    }
    let programs = workspace.root.join("benches/src/bin");
    let (file, folder) = (programs.join(format!("{topic}.rs")), programs.join(topic));
    if !file.is_file() && !folder.join("main.rs").is_file() {
        return End::Usage(format!("{topic}: nothing to measure yet"));
    }
    match measure(workspace, topic, folders) {
        Ok(figures) => report(&figures),
        Err(why) => End::Failed(why),
    }
}

fn measure(workspace: &Workspace, topic: &str, folders: &[&str]) -> Result<Vec<Figure>, String> {
    let name = format!("figures-{topic}");
    let mut job = Job::start(workspace, Tier::Full, &name)?;
    if topic == "plan" {
        prepare_plan(&mut job, folders.first().copied())?;
    }
    if topic == "risk" {
        tools::peers_venv(&mut job)?;
    }
    let run = ["run", "--locked", "--release", "--package", "lynchpin-benches", "--bin", topic];
    if topic == "assess" {
        // The command stands beside the program that starts it.
        let build = ["build", "--locked", "--release", "--package", "lynchpin-cli"];
        job.run(&mut workspace.cargo(build))?;
    }
    let mut command = workspace.cargo(run);
    command.arg("--");
    for folder in folders {
        if ["plan", "risk"].contains(&topic) {
            command.arg(folder);
            continue;
        }
        // The program runs in the root of the checkout, whatever folder this was asked from.
        let whole = std::path::absolute(folder);
        command.arg(whole.map_err(|why| format!("cannot find `{folder}`: {why}"))?);
    }
    let printed = job.capture(&mut command)?;
    let lines = printed.lines().filter_map(|line| line.strip_prefix("figure: "));
    let figures = lines.map(Figure::parse).collect::<Result<Vec<_>, _>>()?;
    if figures.is_empty() {
        return Err(format!("the program `{topic}` printed no figure"));
    }
    Ok(figures)
}

/// Makes what a part of the topic `plan` takes turns with.
fn prepare_plan(job: &mut Job<'_>, part: Option<&str>) -> Outcome {
    if matches!(part, None | Some("edges")) {
        tools::boost(job)?;
        tools::peers_venv(job)?;
    }
    if matches!(part, None | Some("faces")) {
        tools::system_tool(job, "gcc", "gcc")?;
        install::install(job, &job.workspace.target.join("peers/prefix"))?;
        python::install(job)?;
    }
    Ok(())
}

fn report(figures: &[Figure]) -> End {
    println!("name, value, peer, ratio, wanted, holds");
    for figure in figures {
        println!("{}", figure.line());
    }
    match figures.iter().filter(|figure| !figure.holds()).count() {
        0 => End::Good,
        count => End::Failed(format!("{count} of {} figures fall short", figures.len())),
    }
}

/// One measured number and what is wanted of it.
struct Figure {
    name: String,
    value: f64,
    peer: Option<f64>,
    /// What must hold; nothing, if the number is only told.
    wanted: Option<Wanted>,
}

/// What must hold of a number.
struct Wanted {
    of_ratio: bool,
    at_most: bool,
    bound: f64,
}

impl Figure {
    fn parse(line: &str) -> Result<Self, String> {
        let wrong = || format!("`{line}` is not a figure");
        let parts: Vec<&str> = line.split(';').map(str::trim).collect();
        let &[name, value, peer, subject, sense, bound] = parts.as_slice() else {
            return Err(wrong());
        };
        let number = |text: &str| {
            text.parse().ok().filter(|number: &f64| number.is_finite()).ok_or_else(wrong)
        };
        let (name, value) = (name.to_owned(), number(value)?);
        let peer = if peer == "-" { None } else { Some(number(peer)?) };
        let wanted = match (subject, sense, bound) {
            ("told", "-", "-") => None,
            ("value" | "ratio", "<=" | ">=", bound) => Some(Wanted {
                of_ratio: subject == "ratio",
                at_most: sense == "<=",
                bound: number(bound)?,
            }),
            _ => return Err(wrong()),
        };
        let of_ratio = wanted.as_ref().is_some_and(|wanted| wanted.of_ratio);
        if of_ratio && peer.is_none_or(|peer| peer == 0.0) {
            return Err(format!("{}: a ratio needs a peer that is not zero", wrong()));
        }
        Ok(Self { name, value, peer, wanted })
    }

    fn ratio(&self) -> Option<f64> {
        self.peer.filter(|peer| *peer != 0.0).map(|peer| self.value / peer)
    }

    fn holds(&self) -> bool {
        let Some(Wanted { of_ratio, at_most, bound }) = self.wanted else { return true };
        let judged = if of_ratio { self.ratio() } else { Some(self.value) };
        judged.is_some_and(|it| if at_most { it <= bound } else { it >= bound })
    }

    fn line(&self) -> String {
        let shown = |number: Option<f64>| number.map_or("-".to_owned(), |it| format!("{it:.3}"));
        let wanted = match &self.wanted {
            None => "nothing, told".to_owned(),
            Some(Wanted { of_ratio, at_most, bound }) => {
                let subject = if *of_ratio { "ratio" } else { "value" };
                let sense = if *at_most { "<=" } else { ">=" };
                let verdict = if self.holds() { "holds" } else { "falls short" };
                format!("{subject} {sense} {bound}, {verdict}")
            }
        };
        let (peer, ratio) = (shown(self.peer), shown(self.ratio()));
        format!("{}, {:.3}, {peer}, {ratio}, {wanted}", self.name, self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::Figure;

    #[test]
    fn a_figure_is_judged() {
        let line = |text| Figure::parse(text).map(|figure| figure.line());
        let good = line("load ms; 50; 200; ratio; <=; 0.5");
        assert_eq!(good.unwrap(), "load ms, 50.000, 200.000, 0.250, ratio <= 0.5, holds");
        let short = line("speed; 3; -; value; >=; 4");
        assert_eq!(short.unwrap(), "speed, 3.000, -, -, value >= 4, falls short");
        let told = line("bandwidth; 30; 32; told; -; -");
        assert_eq!(told.unwrap(), "bandwidth, 30.000, 32.000, 0.938, nothing, told");
        assert!(line("speed; 3; -; told; >=; 4").is_err());
        assert!(line("speed; 3; -; ratio; >=; 4").is_err());
        assert!(line("speed; NaN; -; value; >=; 4").is_err());
        assert!(line("speed; 3").is_err());
    }
}
