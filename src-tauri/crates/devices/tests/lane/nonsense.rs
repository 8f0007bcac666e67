//! Devices that answer nonsense: nothing panics, nothing hangs, and no nonsense is ever taken for a yes.

use super::common::short;
use lanedesk_devices::{
    Barrier, DeviceError, EndlessPermit, PlateCamera, StillCamera,
    hikvision::{Hikvision, HikvisionSettings},
};
use lanedesk_domain::order::{BarrierAction, OrderResult};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// A server that takes any question and gives this answer to it; to the question for the state, which comes before an
/// order, it answers well.
struct Nonsense {
    device: Hikvision,
    task: JoinHandle<()>,
}

impl Nonsense {
    async fn answering(answer: &'static [u8]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, answer));
            }
        });
        let mut settings = HikvisionSettings::new(&url, "admin", "secret");
        settings.timeouts = short();
        let device = Hikvision::new(settings).expect("a device");
        Self { device, task }
    }
}

impl Drop for Nonsense {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, answer: &'static [u8]) {
    let mut bytes = Vec::new();
    while let Ok(1..) = stream.read_buf(&mut bytes).await {
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let question = bytes.starts_with(b"GET /ISAPI/Parking");
        bytes.drain(..end + 4);
        let good = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        let said = if question { &good[..] } else { answer };
        if stream.write_all(said).await.is_err() || !question {
            return;
        }
    }
}

const ANSWERS: [&[u8]; 12] = [
    b"",
    b"\r\n\r\n",
    b"nonsense",
    b"\xff\xd8\xff\x00\x00\x00",
    b"HTTP/1.1 200 OK\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK",
    b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<ResponseStatus><statusCode>1</statusCode></ResponseStatus>",
    b"HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n<ResponseStatus>",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Type: multipart/mixed; boundary=b\r\nContent-Length: 13\r\n\r\n--b\r\n\r\n<a>\r\n-",
];

#[tokio::test]
async fn an_order_answered_with_nonsense_is_unknown() {
    for answer in ANSWERS {
        let server = Nonsense::answering(answer).await;
        let said = server.device.order(BarrierAction::Open, &EndlessPermit).await;
        let result = said.as_ref().err().map(DeviceError::order_result);
        let shown = String::from_utf8_lossy(answer);
        assert_eq!(result, Some(OrderResult::Unknown), "{shown:?}: {said:?}");
    }
}

#[tokio::test]
async fn pictures_and_readings_of_nonsense_are_errors() {
    for answer in ANSWERS {
        let server = Nonsense::answering(answer).await;
        let shown = String::from_utf8_lossy(answer);
        assert!(server.device.still().await.is_err(), "{shown:?}");
        assert!(server.device.recognise().await.is_err(), "{shown:?}");
        assert!(server.device.state().await.is_err(), "{shown:?}");
    }
}

#[tokio::test]
async fn a_challenge_that_cannot_be_answered_is_a_refusal_and_not_a_loop() {
    let answers: [&[u8]; 3] = [
        b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 401 No\r\nWWW-Authenticate: Digest nonsense\r\nContent-Length: 0\r\n\r\n",
    ];
    for answer in answers {
        let server = Nonsense::answering(answer).await;
        let said = server.device.order(BarrierAction::Open, &EndlessPermit).await;
        assert!(matches!(said, Err(DeviceError::Unauthorised { .. })), "{said:?}");
    }
}
