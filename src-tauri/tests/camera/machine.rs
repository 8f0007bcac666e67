//! The machine: Debian's kernel with the camera driver, a small root with this program in it, and a console.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// The driver of the virtual cameras: two of them, each with one input, a webcam.
const DRIVER: &str = "vivid";
const SETTINGS: &str = "n_devs=2 node_types=0x1,0x1 num_inputs=1,1 input_types=0x0,0x0 no_error_inj=1";
/// Where a machine that hangs is switched off.
const LONGEST: Duration = Duration::from_secs(170);

/// Boots the machine, has it run `test` of this program, and brings back what its console said.
pub(crate) fn run(test: &str) -> String {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("camera-machine");
    let kernel = unpacked(&cache, &kernel_package(), &["./boot/vmlinuz-*", "./lib/modules/*/kernel/drivers/media/*"]);
    let tools = unpacked(&cache, "busybox-static", &["./bin/busybox"]);
    let work = tempfile::tempdir_in(&cache).unwrap();
    let root = work.path().join("root.cpio");
    fs::write(&root, root_of(&kernel, &tools, test)).unwrap();
    let kernels = |file: &Path| file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("vmlinuz"));
    let image = found(&kernel.join("boot"), &kernels);
    boot(image.first().expect("the package holds a kernel"), &root, &work.path().join("console"))
}

/// The kernel the package lists name today.
fn kernel_package() -> String {
    let listed = output("apt-cache", &["depends", "linux-image-amd64"]);
    let depends = listed.lines().find_map(|line| line.trim().strip_prefix("Depends: "));
    depends.expect("Debian's package lists name a kernel: run `apt-get update`").to_owned()
}

/// Some files of a Debian package, downloaded once and not installed.
fn unpacked(cache: &Path, package: &str, files: &[&str]) -> PathBuf {
    let there = cache.join(package);
    if there.exists() {
        return there;
    }
    fs::create_dir_all(cache).unwrap();
    let fresh = tempfile::tempdir_in(cache).unwrap();
    let downloaded = Command::new("apt-get")
        .args(["download", "-qq", package])
        .current_dir(fresh.path())
        .status()
        .expect("apt-get is there");
    assert!(downloaded.success(), "{package} could not be downloaded: run `apt-get update`");
    let archive = found(fresh.path(), &|file| ends_in(file, "deb"));
    let mut tar = Command::new("dpkg-deb")
        .arg("--fsys-tarfile")
        .arg(&archive[0])
        .stdout(Stdio::piped())
        .spawn()
        .expect("dpkg-deb is there");
    let taken = Command::new("tar")
        .args(["-x", "--wildcards", "-C"])
        .arg(fresh.path())
        .args(files)
        .stdin(tar.stdout.take().unwrap())
        .status()
        .unwrap();
    assert!(tar.wait().unwrap().success() && taken.success(), "{package} is whole");
    fs::remove_file(&archive[0]).unwrap();
    // Whole or not at all; whoever was quicker has the same.
    if let Err(error) = fs::rename(fresh.keep(), &there) {
        assert!(there.exists(), "{error}");
    }
    there
}

/// The root folder as the kernel unpacks it.
fn root_of(kernel: &Path, tools: &Path, test: &str) -> Vec<u8> {
    let program = std::env::current_exe().unwrap();
    let mut files = BTreeMap::from([
        ("bin/busybox".to_owned(), fs::read(tools.join("bin/busybox")).unwrap()),
        ("bin/test".to_owned(), fs::read(&program).unwrap()),
    ]);
    for library in libraries(&program) {
        let inside = library.trim_start_matches('/').to_owned();
        files.insert(inside, fs::read(&library).unwrap());
    }
    let modules = modules(kernel);
    let mut init = vec![
        "#!/bin/busybox sh".to_owned(),
        "/bin/busybox mount -t proc proc /proc".to_owned(),
        "/bin/busybox mount -t sysfs sysfs /sys".to_owned(),
        "/bin/busybox mount -t devtmpfs devtmpfs /dev".to_owned(),
        "/bin/busybox mount -t tmpfs tmpfs /tmp".to_owned(),
    ];
    for (name, file) in &modules {
        let settings = if name == DRIVER { SETTINGS } else { "" };
        init.push(format!("/bin/busybox insmod /module/{name}.ko {settings}"));
        files.insert(format!("module/{name}.ko"), fs::read(file).unwrap());
    }
    let part = crate::PART;
    init.push(format!("{part}=guest /bin/test {test} --exact --nocapture 2>&1"));
    init.push("/bin/busybox poweroff -f\n".to_owned());
    files.insert("init".to_owned(), init.join("\n").into_bytes());
    packed(&files)
}

/// The shared libraries a program names, its loader among them.
fn libraries(program: &Path) -> Vec<String> {
    let listed = output("ldd", &[program.to_str().expect("a plain path")]);
    let path = |line: &str| {
        let path = line.split_whitespace().find(|word| word.starts_with('/'))?;
        Some(path.to_owned())
    };
    listed.lines().filter_map(path).collect()
}

/// The driver and what it needs, each after what it needs.
fn modules(kernel: &Path) -> Vec<(String, PathBuf)> {
    let files = found(kernel, &|file| ends_in(file, "ko"));
    let named = files.into_iter().map(|file| {
        let stem = file.file_stem().unwrap().to_string_lossy();
        (stem.replace('-', "_"), file)
    });
    let all: BTreeMap<String, PathBuf> = named.collect();
    let mut ordered = Vec::new();
    add_module(DRIVER, &all, &mut ordered);
    ordered
}

fn add_module(name: &str, all: &BTreeMap<String, PathBuf>, ordered: &mut Vec<(String, PathBuf)>) {
    if ordered.iter().any(|(there, _)| there == name) {
        return;
    }
    // What is not among the files is built into the kernel.
    let Some(file) = all.get(name) else { return };
    for needed in needs(&fs::read(file).unwrap()) {
        add_module(&needed, all, ordered);
    }
    ordered.push((name.to_owned(), file.clone()));
}

/// A module says in itself what it needs: `depends=a,b`.
fn needs(module: &[u8]) -> Vec<String> {
    const MARK: &[u8] = b"\0depends=";
    let at = module.windows(MARK.len()).position(|part| part == MARK);
    let rest = &module[at.expect("a module names what it needs") + MARK.len()..];
    let list = rest.split(|byte| *byte == 0).next().unwrap_or_default();
    let list = String::from_utf8_lossy(list).replace('-', "_");
    list.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// A `newc` archive, the one form the kernel unpacks: a head of hex numbers, the name, the bytes, each to four.
fn packed(files: &BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    let mut archive = Vec::new();
    let mut folders: Vec<String> = ["proc", "sys", "dev", "tmp"].map(str::to_owned).to_vec();
    for name in files.keys() {
        folders.extend(name.match_indices('/').map(|(at, _)| name[..at].to_owned()));
    }
    folders.sort();
    folders.dedup();
    for folder in &folders {
        entry(&mut archive, folder, 0o040_755, &[]);
    }
    for (name, bytes) in files {
        entry(&mut archive, name, 0o100_755, bytes);
    }
    entry(&mut archive, "TRAILER!!!", 0, &[]);
    archive
}

fn entry(archive: &mut Vec<u8>, name: &str, mode: u32, bytes: &[u8]) {
    let number = u32::try_from(archive.len()).unwrap();
    let (size, length) = (u32::try_from(bytes.len()).unwrap(), u32::try_from(name.len() + 1).unwrap());
    // inode, mode, owner, group, links, time, size, device, device it is, length of the name, no checksum
    let head = [number, mode, 0, 0, 1, 0, size, 0, 0, 0, 0, length, 0];
    archive.extend_from_slice(b"070701");
    for value in head {
        archive.extend_from_slice(format!("{value:08X}").as_bytes());
    }
    archive.extend_from_slice(name.as_bytes());
    archive.push(0);
    archive.resize(archive.len().next_multiple_of(4), 0);
    archive.extend_from_slice(bytes);
    archive.resize(archive.len().next_multiple_of(4), 0);
}

/// Runs the machine until it switches itself off. Emulated, not virtualised: that works everywhere.
fn boot(kernel: &Path, root: &Path, console: &Path) -> String {
    let mut machine = Command::new("qemu-system-x86_64")
        .args(["-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "1024"])
        .args(["-nodefaults", "-display", "none", "-no-reboot"])
        .arg("-kernel")
        .arg(kernel)
        .arg("-initrd")
        .arg(root)
        .args(["-append", "console=ttyS0 quiet panic=-1 oops=panic"])
        .arg("-serial")
        .arg(format!("file:{}", console.display()))
        .stdin(Stdio::null())
        .spawn()
        .expect("qemu-system-x86 is installed: `cargo xtask test` does it");
    let begun = Instant::now();
    while machine.try_wait().unwrap().is_none() {
        if begun.elapsed() > LONGEST {
            machine.kill().unwrap();
            machine.wait().unwrap();
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let said = fs::read(console).unwrap();
    String::from_utf8_lossy(&said).into_owned()
}

fn ends_in(file: &Path, ending: &str) -> bool {
    file.extension().is_some_and(|its| its == ending)
}

/// Every file under `folder` that is wanted.
fn found(folder: &Path, wanted: &dyn Fn(&Path) -> bool) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            files.extend(found(&path, wanted));
        } else if wanted(&path) {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn output(program: &str, arguments: &[&str]) -> String {
    let answer = Command::new(program).args(arguments).output();
    let answer = answer.unwrap_or_else(|error| panic!("{program}: {error}"));
    String::from_utf8_lossy(&answer.stdout).into_owned()
}
