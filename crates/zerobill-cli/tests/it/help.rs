//! What the command says of itself.

use insta::assert_snapshot;

use crate::zerobill::run;

#[test]
fn help_names_the_commands() {
    let help = run(&["--help"]);
    assert_snapshot!(help, @r"
    exit: 0
    --- stdout
    Run AWS Lambda functions locally, invoke them, and keep the bill at zero

    Usage: zerobill <COMMAND>

    Commands:
      dev       Run a local Lambda: Function URL, Invoke API and REPORT lines for any Runtime API program
      invoke    Send one event to a function and print its reply
      doctor    Examine a deployment's settings step by step, and say what to change
      logs      Print what the functions of a running engine log, also as it comes
      audit     Find what in templates will be billed: CloudFormation, SAM, CDK, Serverless, Terraform
      forecast  Say what a month will use of the free tier, what ends first and when, and what it costs
      simulate  Go through a month of traffic: concurrency, cold starts, throttles, a loop, and what a cap lets through
      guard     Stop functions of any language that use up their budget, and let them run again
      analyze   Say what requests use, and what to build before the first of them
      ops       List the operations of the gateway with their parameters
      call      Call one operation on a gateway in this process
      help      Print this message or the help of the given subcommand(s)

    Options:
      -h, --help     Print help
      -V, --version  Print version

    --- stderr
    ");
    assert_eq!(run(&["help"]).stdout, help.stdout);
    // Without a command the same is talk, and wrong.
    let nothing = run(&[]);
    assert_eq!((nothing.exit, nothing.stdout.as_str()), (Some(64), ""));
    assert_eq!(nothing.stderr, help.stdout);
}

#[test]
fn help_of_dev() {
    assert_snapshot!(run(&["dev", "--help"]), @r"
    exit: 0
    --- stdout
    Run a local Lambda: Function URL, Invoke API and REPORT lines for any Runtime API program

    Usage: zerobill dev [OPTIONS] [-- <COMMAND>...]

    Arguments:
      [COMMAND]...  A program that speaks the Runtime API, with its arguments; the built-in function if there is none

    Options:
          --port <PORT>               The port to listen on; 0 takes a free one [default: 9000]
          --host <HOST>               The address to listen on [default: 127.0.0.1]
          --concurrency <N>           How many invocations may run at once [default: 10]
          --freeze                    Stop the function's processes between invocations, as Lambda does
          --allow-origin <ORIGIN>     Let web pages of this origin call the Function URL; may be given several times
          --watch [<FOLDER>]          Watch this folder, and start new environments when something in it changes; may be given several times
          --build <COMMAND>           Run this before the first event and after each change, such as `cargo build`; events wait for it
          --config <FILE>             A file with functions, as `[functions.NAME]`; `zerobill.toml` if there is one and no COMMAND
          --demo                      Send varied events to the function, to see it live
          --memory <MB>               Memory of the function in MB, which its bill depends on [default: 128]
          --cpu-share                 Leave the function only the share of a CPU that its memory buys on Lambda, after INIT: 7 % with 128 MB (Linux only)
          --per-environment <N>       How many invocations one environment serves at once, as on Lambda Managed Instances; the log is then JSON [default: 1]
          --timeout <SECONDS>         Seconds that one invocation may take [default: 3]
          --env <NAME=VALUE>          A variable for the function; may be given several times
          --extensions <DIR>          A folder whose programs are external extensions, as those in /opt/extensions are on Lambda
          --log-format <FORMAT>       How Lambda's own lines are written: text or json [default: text]
          --log-level <LEVEL>         The least level of the function's lines; only with `--log-format json` [default: INFO]
          --system-log-level <LEVEL>  The least level of Lambda's own lines; only with `--log-format json` [default: INFO]
      -h, --help                      Print help

    --- stderr
    ");
}

#[test]
fn help_of_invoke() {
    assert_snapshot!(run(&["invoke", "--help"]), @r"
    exit: 0
    --- stdout
    Send one event to a function and print its reply

    Usage: zerobill invoke [OPTIONS] [-] [-- <COMMAND>...]

    Arguments:
      [-]           `-` reads the event from standard input [possible values: -]
      [COMMAND]...  A program that speaks the Runtime API, with its arguments; the built-in function if there is none

    Options:
          --sample <NAME>             A built-in event; `list` names them
          --event <FILE>              A file with the event
          --url <URL>                 A running engine, such as `http://127.0.0.1:9000`; one is started for this event if there is none
          --function <NAME>           The function: one of `zerobill.toml`, or one at `--url` [default: the only one of the file, or `function`]
          --config <FILE>             A file with functions, as `[functions.NAME]`; `zerobill.toml` if there is one and no COMMAND
          --async                     Do not wait for the reply; only with `--url`
          --memory <MB>               Memory of the function in MB, which its bill depends on [default: 128]
          --cpu-share                 Leave the function only the share of a CPU that its memory buys on Lambda, after INIT: 7 % with 128 MB (Linux only)
          --per-environment <N>       How many invocations one environment serves at once, as on Lambda Managed Instances; the log is then JSON [default: 1]
          --timeout <SECONDS>         Seconds that one invocation may take [default: 3]
          --env <NAME=VALUE>          A variable for the function; may be given several times
          --extensions <DIR>          A folder whose programs are external extensions, as those in /opt/extensions are on Lambda
          --log-format <FORMAT>       How Lambda's own lines are written: text or json [default: text]
          --log-level <LEVEL>         The least level of the function's lines; only with `--log-format json` [default: INFO]
          --system-log-level <LEVEL>  The least level of Lambda's own lines; only with `--log-format json` [default: INFO]
      -h, --help                      Print help

    --- stderr
    ");
}

#[test]
fn help_of_audit() {
    assert_snapshot!(run(&["audit", "-h"]), @r"
    exit: 0
    --- stdout
    Find what in templates will be billed: CloudFormation, SAM, CDK, Serverless, Terraform

    Usage: zerobill audit [OPTIONS] <PATH>...

    Arguments:
      <PATH>...  Templates, lists of dependencies, or folders that hold them

    Options:
          --format <FORMAT>        How to print the findings [default: table] [possible values: table, json, sarif]
          --fail-on <SEVERITY>     Exit with 1 if a finding is at least this bad [default: paid] [possible values: paid, trap, limit, none]
          --requests <N>           Requests a month that estimates are made with [default: 1000000]
          --explain                Say what each estimate assumes, and how sure its facts are
          --baseline <FILE>        Leave out the findings that are in this file
          --write-baseline <FILE>  Write all findings to this file, as a baseline for later
          --base <DIR>             Compare with the templates in this folder: what is new, what is gone, and the difference in dollars
      -h, --help                   Print help (see more with '--help')

    --- stderr
    ");
}

#[test]
fn help_of_ops() {
    assert_snapshot!(run(&["ops", "-h"]), @r"
    exit: 0
    --- stdout
    List the operations of the gateway with their parameters

    Usage: zerobill ops [OPTIONS] [PATTERN]

    Arguments:
      [PATTERN]  Only operations whose name holds this

    Options:
          --format <FORMAT>  How to print them [default: table] [possible values: table, json]
      -h, --help             Print help (see more with '--help')

    --- stderr
    ");
}

#[test]
fn help_of_call() {
    assert_snapshot!(run(&["call", "--help"]), @r"
    exit: 0
    --- stdout
    Call one operation on a gateway in this process

    Usage: zerobill call <INTERFACE.OPERATION> [PARAMS]

    Arguments:
      <INTERFACE.OPERATION>  The operation, such as `cache.stats`
      [PARAMS]               Its parameters as a JSON object

    Options:
      -h, --help  Print help

    --- stderr
    ");
}

#[test]
fn the_version_is_data() {
    let version = run(&["--version"]);
    assert_eq!((version.exit, version.stderr.as_str()), (Some(0), ""));
    assert_eq!(version.stdout, format!("zerobill {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn the_hidden_function_says_what_it_is() {
    assert_snapshot!(run(&["__function"]), @r"
    exit: 64
    --- stdout

    --- stderr
    bootstrap is an AWS Lambda function and needs the Lambda Runtime API
    hint: run it locally with `zerobill dev -- ./bootstrap`, or deploy it with the runtime `provided.al2023`
    ");
}
