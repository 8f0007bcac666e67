//! Recordings for a lot's cameras, made by ffmpeg.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

/// H.264 in Annex B, from this source and coded so; a file of the test's own.
pub(crate) fn recording(source: &str, coded: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("lanedesk-{}.h264", uuid::Uuid::now_v7()));
    let line =
        format!("-v error -f lavfi -i {source} -frames:v 50 -c:v libx264 {coded} -bsf:v h264_mp4toannexb -f h264");
    let made = Command::new("ffmpeg")
        .args(line.split_whitespace())
        .arg(&path)
        .stdin(Stdio::null())
        .status()
        .expect("ffmpeg is installed: cargo xtask test does it");
    assert!(made.success());
    path
}
