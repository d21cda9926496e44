//! Runs the bench on the bare function for a moment: every figure is there, and the ratios of a function to itself are near 1.

use std::process::Command;

#[test]
fn a_function_measured_against_itself() {
    let hello = env!("CARGO_BIN_EXE_hello");
    let output = Command::new(env!("CARGO_BIN_EXE_zerobill-bench"))
        .args([
            "--subject",
            &format!("one={hello}"),
            "--subject",
            &format!("other={hello}"),
        ])
        .args(["--cold", "3", "--rounds", "2", "--warm", "20", "--no-instructions"])
        .output()
        .unwrap();
    let page = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| o")).collect();
    assert_eq!(rows.len(), 4, "two tables of two rows:\n{page}");
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split('|').skip(1).map(str::trim).collect();
        assert!(cells.len() >= 5, "{row}");
        for cell in cells.into_iter().filter(|cell| *cell != "–") {
            let figure: f64 = cell.split(' ').next().unwrap().parse().unwrap();
            assert!(figure > 0.0, "no figure is zero: {row}");
        }
    }
    assert!(
        page.contains("Instructions and allocations of `one` were not counted: left out by `--no-instructions`."),
        "{page}"
    );
}

/// On a machine whose groups cannot be written, the page says so and has everything else.
#[test]
fn what_functions_ask_and_a_share_of_a_cpu_are_measured() {
    let folder = tempfile::tempdir().unwrap();
    let answer = folder.path().join("answer.json");
    std::fs::write(&answer, "{}").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_zerobill-bench"))
        .args(["--subject", &format!("one={}", env!("CARGO_BIN_EXE_hello"))])
        .args([
            "--cold",
            "2",
            "--rounds",
            "1",
            "--warm",
            "5",
            "--no-instructions",
            "--throttled",
            "1",
        ])
        .args(["--head", "A head.", "--tls", "--cpu-share", "7", "--upstream"])
        .arg(&answer)
        .output()
        .unwrap();
    let page = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(page.starts_with("A head.\n\nMedians"), "{page}");
    let line = page
        .lines()
        .find(|line| line.starts_with("What the functions ask answers a bare client in "));
    assert!(line.is_some_and(|line| line.ends_with(") µs.")), "{page}");
    let (_, share) = page.split_once("\n## At 7 % of a CPU\n\n").unwrap();
    let measured = share.lines().any(|line| line.starts_with("| one | "));
    assert!(measured || share.starts_with("Not measured: cannot "), "{share}");
}

#[test]
fn a_function_that_does_not_start_is_named() {
    let output = Command::new(env!("CARGO_BIN_EXE_zerobill-bench"))
        .args(["--subject", "gone=/no/such/program"])
        .output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.contains("cold start of `gone`") && error.contains("/no/such/program"),
        "{error}"
    );
}
