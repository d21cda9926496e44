//! Measures local Lambdas against each other with the same function, interleaved in one run; prints Markdown.

mod client;
#[path = "../../clock.rs"]
mod clock;
#[path = "../../machine.rs"]
mod machine;
#[path = "../../statistics.rs"]
mod statistics;

use std::fmt::Write as _;
use std::io::Write as _;
use std::thread;

use anyhow::{Context, Result, anyhow};
use clap::Parser;

use crate::client::{Connection, Target};
use crate::clock::Moment;
use crate::statistics::Summary;

/// Calls functions on local Lambdas that are running; the first one is the reference.
#[derive(Debug, Parser)]
struct Arguments {
    /// A function: a name for it and its address in the Invoke API, as `NAME=http://HOST:PORT/PATH`.
    #[arg(long = "subject", value_name = "NAME=URL", required = true, value_parser = Target::parse)]
    subjects: Vec<Target>,
    /// Rounds; in each, all are measured one after the other.
    #[arg(long, default_value_t = 15)]
    rounds: usize,
    /// Invocations of one caller per round.
    #[arg(long, default_value_t = 1_000)]
    alone: usize,
    /// Callers at once.
    #[arg(long, default_value_t = 16)]
    callers: usize,
    /// Invocations of each of them per round.
    #[arg(long, default_value_t = 150)]
    each: usize,
}

/// What was measured of one local Lambda.
#[derive(Debug, Default)]
struct Samples {
    /// Microseconds of each invocation by one caller.
    alone_us: Vec<f64>,
    /// Invocations a second, of one caller and of many, in each round.
    rate_alone: Vec<f64>,
    rate_many: Vec<f64>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let mut samples: Vec<Samples> = arguments.subjects.iter().map(|_| Samples::default()).collect();
    for subject in &arguments.subjects {
        // Every environment is started before anything is measured.
        many(subject, arguments.callers, 20).with_context(|| format!("`{}` does not answer", subject.name))?;
    }
    for _ in 0..arguments.rounds {
        for (subject, samples) in arguments.subjects.iter().zip(&mut samples) {
            let took = alone(subject, arguments.alone)?;
            samples.rate_alone.push(rate(arguments.alone, took.iter().sum::<f64>()));
            samples.alone_us.extend(took);
            let took = many(subject, arguments.callers, arguments.each)?;
            samples.rate_many.push(rate(arguments.callers * arguments.each, took));
        }
    }
    let page = page(&arguments, &samples);
    std::io::stdout()
        .write_all(page.as_bytes())
        .context("cannot print the results")
}

fn rate(count: usize, took_us: f64) -> f64 {
    count as f64 * 1e6 / took_us
}

/// The microseconds of each of `count` invocations, one after the other on one connection.
fn alone(target: &Target, count: usize) -> Result<Vec<f64>> {
    let mut connection = Connection::open(target)?;
    let one = |_| {
        let asked = Moment::now();
        connection.invoke()?;
        Ok(Moment::now().since(asked).as_secs_f64() * 1e6)
    };
    (0..count).map(one).collect()
}

/// The microseconds in which `callers` make `each` invocations, each on a connection of its own.
fn many(target: &Target, callers: usize, each: usize) -> Result<f64> {
    let mut connections = (0..callers)
        .map(|_| Connection::open(target))
        .collect::<Result<Vec<_>>>()?;
    let begun = Moment::now();
    thread::scope(|scope| {
        let running: Vec<_> = connections
            .iter_mut()
            .map(|connection| scope.spawn(move || (0..each).try_for_each(|_| connection.invoke())))
            .collect();
        running
            .into_iter()
            .try_for_each(|caller| caller.join().map_err(|_| anyhow!("a caller panicked"))?)
    })?;
    Ok(Moment::now().since(begun).as_secs_f64() * 1e6)
}

fn page(arguments: &Arguments, samples: &[Samples]) -> String {
    let Arguments {
        rounds,
        alone,
        callers,
        each,
        ..
    } = arguments;
    let mut text = format!(
        "{}\n\n{rounds} rounds, in each of which all are called one after the other: {alone} times by one caller, and {each} times \
         by each of {callers} at once. Medians; in brackets the middle half.\n\n\
         | local Lambda | one caller, µs | one caller, a second | {callers} callers, a second |\n|---|---:|---:|---:|\n",
        machine::describe()
    );
    let summaries: Vec<[Summary; 3]> = samples
        .iter()
        .map(|samples| {
            [&samples.alone_us, &samples.rate_alone, &samples.rate_many].map(|samples| Summary::of(samples.clone()))
        })
        .collect();
    for (subject, [us, one, many]) in arguments.subjects.iter().zip(&summaries) {
        let whole = |summary: &Summary| {
            let (low, high) = summary.quartiles;
            format!("{:.0} ({low:.0}–{high:.0})", summary.median)
        };
        let name = &subject.name;
        let _infallible = writeln!(text, "| {name} | {} | {} | {} |", whole(us), whole(one), whole(many));
    }
    text.push_str("\n| budget | must be | is | |\n|---|---|---:|---|\n");
    if let [[first_us, _, first_many], [us, _, many], ..] = &summaries[..] {
        let (first, other) = (&arguments.subjects[0].name, &arguments.subjects[1].name);
        let throughput = many.median / first_many.median;
        let latency = us.median / first_us.median;
        let verdict = |by: f64| match by {
            ..=0.0 => "met".to_owned(),
            by => format!("missed by {:.0} %", by * 100.0),
        };
        let _infallible = writeln!(
            text,
            "| throughput of `{other}` at {callers} callers, times that of `{first}` | at least 2.5 | {throughput:.2} | {} |\n\
             | time of `{other}` for one caller, times that of `{first}` | at most 0.6 | {latency:.2} | {} |",
            verdict(1.0 - throughput / 2.5),
            verdict(latency / 0.6 - 1.0)
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_ratios_against_the_first_and_verdicts() {
        let arguments = Arguments::parse_from(["x", "--subject", "a=http://h:1/", "--subject", "b=http://h:2/"]);
        let samples = |us: f64, many: f64| Samples {
            alone_us: vec![us; 3],
            rate_alone: vec![1e6 / us],
            rate_many: vec![many],
        };
        let text = page(&arguments, &[samples(250.0, 4_000.0), samples(100.0, 8_000.0)]);
        assert!(
            text.contains("| b | 100 (100–100) | 10000 (10000–10000) | 8000 (8000–8000) |\n"),
            "{text}"
        );
        assert!(text.contains("| at least 2.5 | 2.00 | missed by 20 % |\n"), "{text}");
        assert!(text.contains("| at most 0.6 | 0.40 | met |\n"), "{text}");
    }
}
