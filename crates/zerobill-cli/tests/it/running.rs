//! A running `zerobill dev`.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Condvar, Mutex},
    thread::JoinHandle,
};

use crate::zerobill::{PATIENCE, Run, command};

/// On a free port; it is killed if a test ends before it is stopped.
pub(crate) struct Dev {
    process: Child,
    /// `127.0.0.1:PORT`.
    pub(crate) address: String,
    stdout: Lines,
    stderr: Lines,
}

impl Dev {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::run(&mut command(&[&["dev", "--port", "0"][..], arguments].concat()))
    }

    /// In a folder, where functions add up what they use as they do for a user.
    pub(crate) fn start_in(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = command(&[&["dev", "--port", "0"][..], arguments].concat());
        Self::run(command.current_dir(folder).env_remove("ZEROBILL_METER_FOLDER"))
    }

    fn run(command: &mut Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut dev = Self {
            stdout: Lines::of(process.stdout.take().unwrap()),
            stderr: Lines::of(process.stderr.take().unwrap()),
            address: String::new(),
            process,
        };
        let ready = dev.said("Function URL", 1);
        let address = ready.split("http://").nth(1).unwrap().split('/').next().unwrap();
        address.clone_into(&mut dev.address);
        dev
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The status line and the body of the answer to a GET with these further header lines.
    pub(crate) fn get(&self, path: &str, headers: &str) -> (String, String) {
        self.request("GET", path, headers)
    }

    /// The same of a request with another method.
    pub(crate) fn request(&self, method: &str, path: &str, headers: &str) -> (String, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let request = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        (head.lines().next().unwrap().to_owned(), body.to_owned())
    }

    /// The `count`th line of its standard output that begins so; waits for it.
    pub(crate) fn printed(&self, start: &str, count: usize) -> String {
        self.stdout.wait_for(start, count)
    }

    /// The same of its standard error.
    pub(crate) fn said(&self, start: &str, count: usize) -> String {
        self.stderr.wait_for(start, count)
    }

    /// Sends a signal and waits for the end; everything it has printed.
    pub(crate) fn stop(mut self, signal: &str) -> Run {
        let process = self.process.id().to_string();
        let sent = Command::new("kill").args([signal, &process]).status().unwrap();
        assert!(sent.success());
        // Both end with the process; a child that it left behind would keep them open.
        let (stdout, stderr) = (self.stdout.rest(), self.stderr.rest());
        let exit = self.process.wait().unwrap().code();
        Run { exit, stdout, stderr }
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        // It has ended already where the test got to its end.
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

/// The lines of a stream, as they come.
struct Lines {
    read: Arc<(Mutex<State>, Condvar)>,
    reader: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct State {
    lines: Vec<String>,
    ended: bool,
}

impl Lines {
    fn of(stream: impl Read + Send + 'static) -> Self {
        let read = Arc::<(Mutex<State>, Condvar)>::default();
        let shared = Arc::clone(&read);
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(stream).lines() {
                shared.0.lock().unwrap().lines.push(line.unwrap());
                shared.1.notify_all();
            }
            shared.0.lock().unwrap().ended = true;
            shared.1.notify_all();
        });
        let reader = Some(reader);
        Self { read, reader }
    }

    fn wait(&self, enough: impl Fn(&State) -> bool) -> Vec<String> {
        let state = self.read.0.lock().unwrap();
        let waited = self
            .read
            .1
            .wait_timeout_while(state, PATIENCE, |state| !enough(state) && !state.ended);
        let (state, timeout) = waited.unwrap();
        assert!(!timeout.timed_out(), "not in time, after {:#?}", state.lines);
        state.lines.clone()
    }

    fn wait_for(&self, start: &str, count: usize) -> String {
        let nth = |lines: &[String]| {
            lines
                .iter()
                .filter(|line| line.starts_with(start))
                .nth(count - 1)
                .cloned()
        };
        let lines = self.wait(|state| nth(&state.lines).is_some());
        nth(&lines).unwrap_or_else(|| panic!("it ended without line {count} `{start}`: {lines:#?}"))
    }

    /// All lines, once the stream has ended.
    fn rest(&mut self) -> String {
        let lines = self.wait(|state| state.ended);
        self.reader.take().unwrap().join().unwrap();
        lines.into_iter().map(|line| line + "\n").collect()
    }
}
