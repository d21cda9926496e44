//! `zerobill dev --watch`: a change is built, events wait for it, and a build that fails is shown.

use std::fs;

use tempfile::TempDir;

use crate::{running::Dev, zerobill::program};

/// A folder whose `build` command copies `source` to `built`, which the function prints when it starts.
struct Project(TempDir);

impl Project {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("source")).unwrap();
        fs::create_dir(folder.path().join("target")).unwrap();
        let project = Self(folder);
        project.write("one");
        project
    }

    fn write(&self, text: &str) {
        fs::write(self.0.path().join("source/text"), text).unwrap();
    }

    fn start(&self, build: &str) -> Dev {
        let folder = self.0.path().display();
        let run = format!(
            "echo \"built: $(cat {folder}/target/text)\"; exec {} __function",
            program()
        );
        let watch = self.0.path().display().to_string();
        let build = build.replace("FOLDER", &watch);
        Dev::start(&["--watch", &watch, "--build", &build, "--", "sh", "-c", &run])
    }
}

#[test]
fn a_change_is_built_and_replaces_the_environment() {
    let project = Project::new();
    let dev = project.start("cp FOLDER/source/text FOLDER/target/text");
    dev.said("built; ", 1);
    assert_eq!(dev.get("/health", "").1, r#"{"status":"ok"}"#);
    dev.printed("built: one", 1);
    project.write("two");
    dev.said("changed: ", 1);
    dev.said("built; ", 2);
    assert_eq!(dev.get("/health", "").1, r#"{"status":"ok"}"#);
    dev.printed("built: two", 1);
    let run = dev.stop("-INT");
    assert_eq!(run.exit, Some(0), "{run}");
    assert!(
        run.stderr.contains("\n2 invocations, 2 cold starts, 0 errors, "),
        "{run}"
    );
}

#[test]
fn a_build_that_fails_is_shown_in_the_terminal_and_on_the_page_and_the_rest_goes_on() {
    let project = Project::new();
    let build = "grep -q bad FOLDER/source/text && { echo 'error[E1]: <b>bad</b>' >&2; exit 1; }; cp FOLDER/source/text FOLDER/target/";
    let dev = project.start(build);
    dev.said("built; ", 1);
    dev.get("/health", "");
    project.write("bad");
    dev.said("error[E1]: <b>bad</b>", 1);
    dev.said("error: `", 1);
    let state: serde_json::Value = serde_json::from_str(&dev.get("/_zerobill/state", "").1).unwrap();
    assert_eq!(state["build"]["status"], "failed");
    assert_eq!(state["build"]["output"], "error[E1]: <b>bad</b>\n");
    assert_eq!(dev.get("/health", "").1, r#"{"status":"ok"}"#);
    project.write("good");
    dev.said("built; ", 2);
    let state: serde_json::Value = serde_json::from_str(&dev.get("/_zerobill/state", "").1).unwrap();
    assert_eq!(state["build"], serde_json::Value::Null);
    let run = dev.stop("-INT");
    assert!(
        run.stderr.contains("\n2 invocations, 1 cold starts, 0 errors, "),
        "{run}"
    );
}

#[test]
fn a_new_folder_is_watched_and_what_tools_make_is_not() {
    let project = Project::new();
    let dev = project.start("cp FOLDER/source/text FOLDER/target/text; touch FOLDER/.hidden FOLDER/kept~");
    dev.said("built; ", 1);
    fs::create_dir(project.0.path().join("source/new")).unwrap();
    dev.said("built; ", 2);
    fs::write(project.0.path().join("source/new/file"), "1").unwrap();
    dev.said("built; ", 3);
    let run = dev.stop("-INT");
    assert_eq!(run.stderr.matches("changed: ").count(), 2, "{run}");
}
