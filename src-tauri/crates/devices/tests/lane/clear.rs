//! The password is not told in the clear (invariant 16), whatever a camera, or somebody in its place, asks for.

use super::common::short;
use lanedesk_devices::{
    DeviceError, LiveCamera, LiveError, LiveTransport,
    hikvision::{Hikvision, HikvisionSettings},
};
use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

const PASSWORD: &str = "camera-secret-1";
/// `admin:camera-secret-1` in base64.
const IN_THE_CLEAR: &str = "YWRtaW46Y2FtZXJhLXNlY3JldC0x";

const BASIC: &str = "WWW-Authenticate: Basic realm=\"cam\"\r\n";
const DIGEST: &str = "WWW-Authenticate: Digest realm=\"cam\", nonce=\"n1\"\r\n";

/// Somebody who answers every RTSP request with 401 and one challenge after the other, and keeps what is said.
async fn listener(challenges: &'static [&'static str]) -> (String, Arc<Mutex<String>>) {
    let door = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let address = format!("rtsp://{}/live", door.local_addr().expect("an address"));
    let heard = Arc::new(Mutex::new(String::new()));
    let keeps = Arc::clone(&heard);
    tokio::spawn(async move {
        let mut asked = 0;
        while let Ok((line, _)) = door.accept().await {
            answer(line, challenges, &mut asked, &keeps).await;
        }
    });
    (address, heard)
}

async fn answer(mut line: TcpStream, challenges: &[&str], asked: &mut usize, keeps: &Mutex<String>) {
    let (mut piece, mut text) = ([0; 4096], String::new());
    while let Ok(read @ 1..) = line.read(&mut piece).await {
        let said = String::from_utf8_lossy(&piece[..read]).into_owned();
        keeps.lock().expect("not poisoned").push_str(&said);
        text.push_str(&said);
        while let Some((request, rest)) = text.split_once("\r\n\r\n") {
            let number = request.lines().find_map(|line| line.strip_prefix("CSeq: "));
            let challenge = challenges[(*asked).min(challenges.len() - 1)];
            *asked += 1;
            let answer = format!("RTSP/1.0 401 Unauthorized\r\nCSeq: {}\r\n{challenge}\r\n", number.unwrap_or("1"));
            if line.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
            text = rest.to_owned();
        }
    }
}

fn camera(rtsp: &str, change: impl FnOnce(&mut HikvisionSettings)) -> Hikvision {
    let mut settings = HikvisionSettings::new("http://127.0.0.1:9", "admin", PASSWORD);
    settings.timeouts = short();
    rtsp.clone_into(&mut settings.rtsp);
    change(&mut settings);
    Hikvision::new(settings).expect("good settings")
}

#[tokio::test]
async fn a_camera_that_asks_for_the_password_in_the_clear_is_not_told_it() {
    // As the very first thing, after a digest was answered, and on another line than the first.
    for challenges in [&[BASIC][..], &[DIGEST, BASIC], &[DIGEST, DIGEST, BASIC], &[DIGEST, BASIC, BASIC]] {
        for transport in [LiveTransport::Tcp, LiveTransport::Udp] {
            let (address, heard) = listener(challenges).await;
            let camera = camera(&address, |settings| settings.transport = transport);
            for _ in 0..3 {
                assert!(camera.open_live().await.is_err());
            }
            let heard = heard.lock().unwrap().clone();
            assert!(heard.contains("DESCRIBE"), "it was asked");
            if transport == LiveTransport::Tcp || challenges == [BASIC] {
                assert!(!heard.contains(IN_THE_CLEAR), "{challenges:?} {transport:?}: {heard}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_wrong_is_said_and_a_row_may_allow_it() {
    let (address, _) = listener(&[BASIC]).await;
    let refused = camera(&address, |_| {}).open_live().await.err();
    assert_eq!(refused, Some(LiveError::Device(DeviceError::ClearPassword)));
    let (address, heard) = listener(&[BASIC]).await;
    let allowed = camera(&address, |settings| settings.rtsp_basic = true);
    assert!(allowed.open_live().await.is_err(), "it asks on and on");
    assert!(heard.lock().unwrap().contains(IN_THE_CLEAR));
}

/// A stream's own account is another than the device's.
#[tokio::test]
async fn a_stream_with_an_account_of_its_own_never_hears_of_the_device_s() {
    let (address, heard) = listener(&[DIGEST]).await;
    let camera = camera(&address, |settings| {
        settings.rtsp_username = "viewer".to_owned();
        settings.rtsp_password = "view-1".to_owned();
    });
    assert!(camera.open_live().await.is_err());
    let heard = heard.lock().unwrap().clone();
    assert!(heard.contains("username=\"viewer\"") && !heard.contains("admin"), "{heard}");
}

/// HTTP asks with digest only: a device that asks for Basic gets nothing.
#[tokio::test]
async fn over_http_the_password_is_never_told_in_the_clear() {
    use lanedesk_devices::{Barrier as _, EndlessPermit, StillCamera as _};
    use lanedesk_domain::order::BarrierAction;
    let door = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let url = format!("http://{}", door.local_addr().expect("an address"));
    let heard = Arc::new(Mutex::new(String::new()));
    let keeps = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((mut line, _)) = door.accept().await {
            let mut piece = [0; 4096];
            let read = line.read(&mut piece).await.unwrap_or_default();
            let said = String::from_utf8_lossy(&piece[..read]).into_owned();
            keeps.lock().expect("not poisoned").push_str(&said);
            let answer = format!("HTTP/1.1 401 Unauthorized\r\n{BASIC}Content-Length: 0\r\nConnection: close\r\n\r\n");
            let _ = line.write_all(answer.as_bytes()).await;
        }
    });
    let camera = camera("", |settings| settings.url = url);
    assert!(camera.still().await.is_err());
    assert!(camera.order(BarrierAction::Open, &EndlessPermit).await.is_err());
    let heard = heard.lock().unwrap().clone();
    assert!(heard.contains("GET ") && !heard.to_ascii_lowercase().contains("authorization"), "{heard}");
}
