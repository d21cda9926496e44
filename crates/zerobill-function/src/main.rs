//! `bootstrap`: the file that Lambda starts.

fn main() -> std::process::ExitCode {
    zerobill_function::run_process()
}
