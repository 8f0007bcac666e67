//! Every program that anything here starts comes with a package of `xtask`'s lists, so that two commands do all set-up
//! on a fresh machine. What only happens to be installed on this one is found out by dpkg's own records.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use xtask::packages;

use super::{none, sources};

/// What the README asks the person to bring; `sudo` only where they are not root.
const BROUGHT: &[&str] = &["cargo", "rustc", "node", "npm", "npx", "git", "sudo"];
/// Programs of the peers, which only the benchmark installs: their packages need not be on this machine.
const OF_PEERS: &[(&str, &str)] = &[("etcd", "etcd-server"), ("redis-server", "redis-server"), ("sqlite3", "sqlite3")];
/// Programs of the clean room, which only it installs.
const OF_CLEAN_ROOM: &[(&str, &str)] = &[("debootstrap", "debootstrap"), ("unshare", "util-linux")];
/// How a program is started with its name in place.
const STARTS: &[&str] = &["Command::new(\"", "output(\"", "spawn(\""];

/// Debian's own record of what is installed: each package with the names it needs, and the names it stands for.
struct Installed {
    needs: BTreeMap<String, Vec<String>>,
    stands_for: BTreeMap<String, Vec<String>>,
    essential: Vec<String>,
}

impl Installed {
    fn read() -> Self {
        let form = "${Package}\t${Essential}\t${Priority}\t${Pre-Depends}, ${Depends}\t${Provides}\n";
        let answer = Command::new("dpkg-query")
            .args(["--show", "--showformat", form])
            .output()
            .expect("dpkg-query is there: this test knows Debian and Ubuntu");
        let mut installed = Self { needs: BTreeMap::new(), stands_for: BTreeMap::new(), essential: Vec::new() };
        for line in String::from_utf8_lossy(&answer.stdout).lines() {
            let fields: Vec<&str> = line.split('\t').collect();
            let &[package, essential, priority, needs, provides] = fields.as_slice() else {
                continue;
            };
            installed.needs.entry(package.to_owned()).or_default().extend(names(needs));
            for name in names(provides) {
                installed.stands_for.entry(name).or_default().push(package.to_owned());
            }
            // The packages of debootstrap's smallest variant, and apt, without which nothing is put in.
            if essential == "yes" || priority == "required" || package == "apt" {
                installed.essential.push(package.to_owned());
            }
        }
        installed
    }

    /// Everything that the listed packages bring along.
    fn closure(&self, listed: &[&str]) -> BTreeSet<String> {
        let listed = listed.iter().map(|name| (*name).to_owned());
        let mut waiting: Vec<String> = listed.chain(self.essential.iter().cloned()).collect();
        let mut seen = BTreeSet::new();
        while let Some(name) = waiting.pop() {
            if !seen.insert(name.clone()) {
                continue;
            }
            waiting.extend(self.needs.get(&name).into_iter().flatten().cloned());
            waiting.extend(self.stands_for.get(&name).into_iter().flatten().cloned());
        }
        seen
    }
}

/// The package names of a dependency field: `a (>= 1) | b, c:any`.
fn names(field: &str) -> Vec<String> {
    let each = field.split([',', '|']);
    let name =
        |text: &str| text.split_whitespace().next().map(|name| name.split(':').next().unwrap_or(name).to_owned());
    each.filter_map(name).collect()
}

/// Which package a program on this machine belongs to.
fn owner(program: &str) -> Option<String> {
    let places =
        ["/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/", "/usr/games/"].map(|folder| format!("{folder}{program}"));
    let answer = Command::new("dpkg-query").arg("--search").args(&places).output().ok()?;
    let text = String::from_utf8_lossy(&answer.stdout).into_owned();
    let line = text.lines().find(|line| !line.starts_with("diversion"))?;
    Some(line.split([':', ',']).next()?.to_owned())
}

/// Programs named where something is started, each with one place.
fn started() -> BTreeMap<String, String> {
    let mut programs = BTreeMap::new();
    for source in sources(&[".rs"]) {
        for start in STARTS {
            for part in source.text.split(start).skip(1) {
                let name = part.split('"').next().unwrap_or_default();
                if is_name(name) {
                    programs.entry(name.to_owned()).or_insert_with(|| source.path.clone());
                }
            }
        }
    }
    for script in [".ci/run", "src-tauri/crates/hub/telephony/lanedesk-call"] {
        for name in first_words(&super::read(script)) {
            programs.entry(name).or_insert_with(|| script.to_owned());
        }
    }
    programs
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

/// The words of a shell script that stand where a program is named, as far as this machine has such a program.
fn first_words(script: &str) -> Vec<String> {
    let code: Vec<&str> = script.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
    let code = code.join("\n").replace("$(", "\n");
    let words = code.split(['\n', '|', ';', '&']).filter_map(|part| {
        let mut words = part.split_whitespace();
        let keyword =
            |word: &&str| ["if", "while", "then", "else", "do", "!", "exec", "{"].contains(word) || word.contains('=');
        words.find(|word| !keyword(word))
    });
    let programs = words.filter(|word| is_name(word) && owner(word).is_some());
    programs.map(ToOwned::to_owned).collect()
}

#[test]
fn every_program_that_is_started_comes_with_a_listed_package() {
    let listed = [packages::BUILD, packages::SHOW, packages::TEST].concat();
    let closure = Installed::read().closure(&listed);
    let started = started();
    assert!(
        started.contains_key("qemu-system-x86_64") && started.contains_key("curl"),
        "programs are found: {started:?}"
    );
    let mut faults = Vec::new();
    for (program, place) in &started {
        let by_table = |table: &[(&str, &str)]| table.iter().any(|(name, _)| name == program);
        if BROUGHT.contains(&program.as_str()) || by_table(OF_PEERS) || by_table(OF_CLEAN_ROOM) {
            continue;
        }
        match owner(program) {
            None => faults.push(format!("{place} starts {program}, which no installed package has")),
            Some(package) if !closure.contains(&package) => {
                faults.push(format!("{place} starts {program} of {package}, which no list of xtask's brings"));
            }
            Some(_) => {}
        }
    }
    none("a program comes with a package of xtask/src/packages.rs", &faults);
}

#[test]
fn the_peers_and_the_clean_room_bring_their_programs() {
    let listed = [(OF_PEERS, packages::PEERS), (OF_CLEAN_ROOM, packages::CLEAN_ROOM)];
    for (programs, packages) in listed {
        for (program, package) in programs {
            assert!(packages.contains(package), "{program} needs {package}");
            // Where it is installed, the table must be right about it.
            if let Some(owner) = owner(program) {
                assert_eq!(owner, *package, "{program}");
            }
        }
    }
}

#[test]
fn what_was_put_in_by_hand_is_not_taken_for_listed() {
    let installed = Installed {
        needs: BTreeMap::from([
            ("a".to_owned(), names("b (>= 1) | c, d:any")),
            ("b".to_owned(), names("virtual")),
            ("by-hand".to_owned(), Vec::new()),
        ]),
        stands_for: BTreeMap::from([("virtual".to_owned(), vec!["real".to_owned()])]),
        essential: vec!["dash".to_owned()],
    };
    let closure = installed.closure(&["a"]);
    for name in ["a", "b", "d", "real", "dash"] {
        assert!(closure.contains(name), "{name}");
    }
    assert!(!closure.contains("by-hand"));
}
