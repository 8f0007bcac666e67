//! The program as a person at a terminal uses it.

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
};

/// A site run by the program; ended with the value.
struct Served {
    program: Child,
    control: String,
    file: PathBuf,
}

impl Served {
    fn start() -> Self {
        let file = std::env::temp_dir().join(format!(
            "lotsim-cli-{}-{:?}.toml",
            std::process::id(),
            std::thread::current().id()
        ));
        let text = "control = \"127.0.0.1:0\"\n[[lane]]\ncode = \"E01\"\ntravel_ms = 20\n\
            [[robot]]\nnumber = \"R-1\"\nkey = \"k\"\nlane = \"E01\"\nhub = \"http://127.0.0.1:9\"\n";
        std::fs::write(&file, text).expect("a site file");
        let mut program = Command::new(env!("CARGO_BIN_EXE_lotsim"))
            .args(["serve", "--config"])
            .arg(&file)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program");
        let lines = BufReader::new(program.stdout.take().expect("its output")).lines();
        let control =
            lines.map_while(Result::ok).find_map(|line| Some(line.strip_prefix("control http://")?.to_owned()));
        Self { program, control: control.expect("where the control API listens"), file }
    }

    fn say(&self, words: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_lotsim"))
            .args(["--control", &self.control])
            .args(words)
            .output()
            .expect("the program")
    }

    fn ok(&self, words: &[&str]) -> String {
        let output = self.say(words);
        assert!(output.status.success(), "{words:?}: {output:?}");
        String::from_utf8(output.stdout).expect("text")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Both may be gone already; there is nothing to be done about it.
        let _ = self.program.kill();
        let _ = self.program.wait();
        let _ = std::fs::remove_file(&self.file);
    }
}

#[test]
fn a_person_brings_a_vehicle_breaks_the_device_and_reads_the_journal() {
    let site = Served::start();
    site.ok(&["vehicle", "--lane", "E01", "--plate", "粤B12345", "--read-as", "粤B1Z345"]);
    site.ok(&["fault", "--lane", "E01", "reply-lost"]);
    let lanes = site.ok(&["lanes"]);
    assert!(lanes.contains("粤B12345") && lanes.contains("reply-lost"), "{lanes}");
    site.ok(&["fault", "--lane", "E01", "clear"]);
    assert!(!site.ok(&["lanes"]).contains("reply-lost"));
    site.ok(&["leave", "--lane", "E01", "--back"]);
    site.ok(&["press", "--lane", "E01", "open"]);
    assert!(site.ok(&["journal"]).contains("Remote: closed -> open"));
    assert!(site.ok(&["journal", "--json"]).contains("\"cause\":\"remote\""));
}

#[test]
fn what_cannot_be_done_is_said_and_ends_with_a_failure() {
    let site = Served::start();
    for words in [
        &["fault", "--lane", "E01", "nonsense"][..],
        &["fault", "--lane", "X", "silent"],
        &["leave", "--lane", "E01"],
        &["vehicle", "--plate", "粤B12345"],
        &["drive", "--robot", "R-1", "dance"],
        &["drive", "--robot", "R-9", "give-up"],
        &["drive", "--robot", "R-1", "hang-up"],
        // Its hub is not there: nothing is shown that could be paid.
        &["drive", "--robot", "R-1", "--patience", "0", "pay"],
    ] {
        let output = site.say(words);
        assert!(!output.status.success() && !output.stderr.is_empty(), "{words:?}");
    }
}

#[test]
fn a_script_is_acted_step_by_step() {
    let site = Served::start();
    let said = site.ok(&["drive", "--robot", "R-1", "arrive=粤B12345/粤B1Z345,document"]);
    assert_eq!(said, "R-1 arrive=粤B12345/粤B1Z345\nR-1 document=王五\n");
    assert!(site.ok(&["lanes"]).contains("粤B12345"));
    site.ok(&["press", "--lane", "E01", "open"]);
    site.ok(&["drive", "--robot", "R-1", "drive-off"]);
    assert!(!site.ok(&["lanes"]).contains("粤B12345"));
    let help = site.ok(&["drive", "--help"]);
    assert!(help.contains("give-up ends the call"), "{help}");
}
