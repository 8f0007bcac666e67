//! The camera door on real V4L2 devices: Debian's kernel boots in qemu with the virtual camera driver `vivid`, and this
//! same program runs inside it.
//!
//! Needs qemu, dpkg and Debian's package lists; without them it fails. `cargo xtask test` puts them in.

#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

// The door itself, without the desk around it: what runs in the machine must not need the web view's libraries.
#[expect(dead_code, unused_imports, unreachable_pub, reason = "the desk uses what this test does not")]
#[path = "../../src/camera/mod.rs"]
mod camera;
#[cfg(test)]
mod guest;
#[cfg(test)]
mod machine;

/// Says which part of the test a program plays; absent: it builds and boots the machine.
const PART: &str = "LANEDESK_CAMERA_PART";

#[test]
fn nokhwa_works_on_real_cameras() {
    match std::env::var(PART).as_deref() {
        Ok("guest") => guest::run(),
        Ok("holder") => guest::hold_a_camera(),
        _ => {
            let console = machine::run("nokhwa_works_on_real_cameras");
            for fact in guest::FACTS {
                let told = console.lines().any(|line| line.trim_end() == format!("proven: {fact}"));
                assert!(told, "not proven: {fact}\n{console}");
            }
        }
    }
}
