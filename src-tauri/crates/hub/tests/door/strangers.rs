//! People nobody knows: slow, fat, many, guessing. None of them keeps anybody else waiting (invariant 15).

use super::{NOON, SITE, desk::Desk};
use lanedesk_hub::{
    clock::Clock,
    hub::Hub,
    listen::Limits,
    serve::RunningHub,
    testing::{Database, ENGINES, Engine},
};
use reqwest::Method;
use serde_json::json;
use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

/// Longest wait for anything that should come.
const SOON: Duration = Duration::from_secs(20);
/// What a connection may take in these tests.
const BRIEF: Duration = Duration::from_millis(400);

const CAMERA: &str = "\n[[device]]\nid = \"cam\"\ndriver = \"hikvision\"\nurl = \"http://127.0.0.1:9\"\nevents = \"push\"\n\
    push_key = \"a-key-that-is-long-enough\"\npush_from = [\"127.0.0.0/16\"]\nserial = \"44:19:b6:00:11:22\"\n\
    [[robot]]\nid = \"r1\"\nnumber = \"1001\"\nphone = \"\"\nkey = \"robot-key-1001\"\n\
    [[integration]]\nid = \"pay\"\nkind = \"payments\"\nsecret = \"secret-of-pay\"\n";

async fn hub_with(database: &Database, limits: Limits) -> RunningHub {
    let site = format!("{SITE}{CAMERA}");
    database.import(&site, NOON).await.unwrap();
    let mut config = database.config(Clock::manual(NOON));
    config.limits = limits;
    Hub::start(config).await.unwrap()
}

async fn hub(limits: Limits) -> (Database, RunningHub) {
    let database = Database::new(Engine::Sqlite).await.unwrap();
    let hub = hub_with(&database, limits).await;
    (database, hub)
}

/// A connection from one of this machine's own addresses.
async fn line(from: [u8; 4], to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((IpAddr::from(from), 0).into()).unwrap();
    socket.connect(to).await.unwrap()
}

/// Somebody at one of this machine's own addresses.
fn from(address: [u8; 4], to: SocketAddr) -> Desk {
    let http = reqwest::Client::builder().no_proxy().local_address(IpAddr::from(address)).build().unwrap();
    Desk { http, ..Desk::new(to) }
}

/// Everything the hub says until it closes.
async fn until_closed(line: &mut TcpStream) -> String {
    let mut said = Vec::new();
    let mut piece = [0; 4096];
    loop {
        match timeout(SOON, line.read(&mut piece)).await {
            Ok(Ok(0) | Err(_)) => return String::from_utf8_lossy(&said).into_owned(),
            Ok(Ok(n)) => said.extend_from_slice(&piece[..n]),
            Err(elapsed) => panic!("the hub never closed it: {elapsed}"),
        }
    }
}

/// Writes a byte now and then until the hub closes.
async fn drip(line: TcpStream) -> String {
    let (mut read, mut write) = line.into_split();
    let dripping = tokio::spawn(async move {
        loop {
            tokio::time::sleep(BRIEF / 8).await;
            if write.write_all(b"a").await.is_err() {
                return;
            }
        }
    });
    let mut said = Vec::new();
    let ended = timeout(SOON, read.read_to_end(&mut said)).await;
    dripping.abort();
    assert!(ended.is_ok(), "the hub never closed it");
    String::from_utf8_lossy(&said).into_owned()
}

async fn metric(desk: &Desk, name: &str) -> u64 {
    let text = desk.request(Method::GET, "/metrics").send().await.unwrap();
    let text = text.text().await.unwrap();
    let found = text.lines().find_map(|line| line.strip_prefix(name));
    found.unwrap_or_else(|| panic!("{name} not in\n{text}")).trim().parse().unwrap()
}

#[tokio::test]
async fn heads_that_never_end_are_cut_while_others_are_served() {
    let limits = Limits { head: BRIEF, ..Limits::default() };
    let (_database, hub) = hub(limits).await;
    let mut slow = Vec::new();
    for n in 0..50 {
        let mut line = line([127, 0, 0, 1], hub.addr).await;
        // Some say nothing at all, some begin, some begin a second request.
        let said: &[u8] = match n % 3 {
            0 => b"",
            1 => b"GET /api/health HTTP/1.1\r\nHost: x\r\nX-",
            _ => b"GET /api/health HTTP/1.1\r\nHost: x\r\n\r\nGET /api/",
        };
        line.write_all(said).await.unwrap();
        slow.push(line);
    }
    let dripping = line([127, 0, 0, 1], hub.addr).await;
    let ((), dripped) = tokio::join!(
        async {
            Desk::new(hub.addr).get("/api/health").await.ok(200);
            for line in &mut slow {
                until_closed(line).await;
            }
        },
        drip(dripping),
    );
    assert_eq!(dripped, "");
    // Half a second head came together with the first: there the hub sees a stranger who asks for nothing more.
    let ended = async |why: &str| {
        let name = format!("lanedesk_connections_ended_total{{why=\"{why}\"}}");
        metric(&Desk::new(hub.addr), &name).await
    };
    assert!(ended("head").await >= 35);
    assert!(ended("head").await + ended("idle").await >= 51);
    hub.stop().await;
}

#[tokio::test]
async fn a_body_that_trickles_is_cut_also_of_somebody_who_is_known() {
    let limits = Limits { strangers_body: BRIEF, body_pause: BRIEF, ..Limits::default() };
    let (_database, hub) = hub(limits).await;
    let mut guard = Desk::new(hub.addr);
    guard.log_in("guard", "secret-1").await;
    let token = guard.token.clone().unwrap();
    let heads = [
        "POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{"
            .to_owned(),
        format!(
            "PUT /api/session/password HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: 99999\r\n\r\n{{"
        ),
    ];
    for head in &heads {
        // Dripping, and not another word.
        let mut dripping = line([127, 0, 0, 1], hub.addr).await;
        dripping.write_all(head.as_bytes()).await.unwrap();
        let said = drip(dripping).await;
        assert!(said.starts_with("HTTP/1.1 400 "), "{said}");
        let mut silent = line([127, 0, 0, 1], hub.addr).await;
        silent.write_all(head.as_bytes()).await.unwrap();
        let said = until_closed(&mut silent).await;
        assert!(said.starts_with("HTTP/1.1 400 "), "{said}");
    }
    guard.get("/api/session").await.ok(200);
    hub.stop().await;
}

#[tokio::test]
async fn an_address_with_many_connections_keeps_nobody_waiting_not_even_itself() {
    let limits = Limits { strangers_of_address: 8, ..Limits::default() };
    let (_database, hub) = hub(limits).await;
    let mut guard = Desk::new(hub.addr);
    guard.log_in("guard", "secret-1").await;
    let mut stream = guard.stream("").await.unwrap();
    stream.next_of("hello").await;
    let mut many = Vec::new();
    for _ in 0..100 {
        many.push(line([127, 0, 0, 1], hub.addr).await);
    }
    for who in [Desk::new(hub.addr), from([127, 0, 0, 2], hub.addr)] {
        who.get("/api/health").await.ok(200);
    }
    // Those that made room are closed, and whoever is known stays.
    for line in &mut many[..90] {
        until_closed(line).await;
    }
    guard.post("/api/lanes/E01/claim", json!({})).await.ok(201);
    stream.next_of("lease").await;
    let strangers = "lanedesk_connections{who=\"stranger\"}";
    assert!(metric(&from([127, 0, 0, 3], hub.addr), strangers).await <= 10);
    hub.stop().await;
}

#[tokio::test]
async fn silent_tls_connections_stop_nobody_and_are_cut() {
    let database = Database::new(Engine::Sqlite).await.unwrap();
    database.import(SITE, NOON).await.unwrap();
    let (files, trusted) = super::https::certificate(database.folder());
    let mut config = database.config(Clock::manual(NOON));
    config.tls = Some(files);
    config.limits.handshake = Duration::from_secs(2);
    let hub = Hub::start(config).await.unwrap();
    let mut silent = Vec::new();
    for n in 0..700_u32 {
        let address = [127, 0, 0, if n % 7 == 0 { 9 } else { 1 }];
        silent.push(line(address, hub.addr).await);
    }
    let healthy = super::https::healthy(hub.addr.port(), &trusted);
    assert!(timeout(SOON, healthy).await.unwrap().unwrap());
    for line in &mut silent {
        until_closed(line).await;
    }
    hub.stop().await;
}

#[tokio::test]
async fn a_stranger_s_body_is_refused_by_its_head_alone() {
    let (_database, hub) = hub(Limits::default()).await;
    let mut guard = Desk::new(hub.addr);
    guard.log_in("guard", "secret-1").await;
    let token = guard.token.clone().unwrap();
    let signed = |id: &str, at: i64, signature: &str| {
        format!("X-Integration: {id}\r\nX-Timestamp: {at}\r\nX-Signature: {signature}\r\n")
    };
    let now = NOON.0 / 1_000;
    let payments = "/api/integrations/payments/events";
    let good = "0".repeat(64);
    for (path, headers, status) in [
        ("/api/devices/cam/hikvision?key=wrong", String::new(), 401),
        ("/api/devices/nothing/hikvision?key=wrong", String::new(), 401),
        (payments, String::new(), 401),
        (payments, signed("nobody", now, &good), 401),
        (payments, signed("pay", now - 301, &good), 401),
        (payments, signed("pay", now, "no hex"), 401),
        ("/api/site/import", String::new(), 401),
        ("/api/site/import", format!("Authorization: Bearer {token}\r\n"), 403),
        ("/api/cases/x/photos", String::new(), 401),
    ] {
        let mut line = line([127, 0, 0, 1], hub.addr).await;
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\n{headers}Expect: 100-continue\r\nContent-Length: 10000000\r\n\r\n"
        );
        line.write_all(head.as_bytes()).await.unwrap();
        let mut first = [0; 12];
        timeout(SOON, line.read_exact(&mut first)).await.unwrap().unwrap();
        let said = String::from_utf8_lossy(&first).into_owned();
        assert_eq!(said, format!("HTTP/1.1 {status}"), "{path} {headers}");
    }
    hub.stop().await;
}

/// The memory of a real hub, KiB.
#[cfg(target_os = "linux")]
fn memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn bodies_of_strangers_cost_a_real_hub_next_to_nothing() {
    let database = Database::new(Engine::Sqlite).await.unwrap();
    let site = database.folder().join("site.toml");
    std::fs::write(&site, format!("{SITE}{CAMERA}")).unwrap();
    let mut hub = tokio::process::Command::new(env!("CARGO_BIN_EXE_lanedesk-hub"))
        .args(["serve", "--listen", "127.0.0.1:0", "--database", &database.address])
        .arg("--objects")
        .arg(database.folder().join("objects"))
        .arg("--site")
        .arg(&site)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut said = tokio::io::BufReader::new(hub.stdout.take().unwrap());
    let mut first = String::new();
    timeout(SOON, tokio::io::AsyncBufReadExt::read_line(&mut said, &mut first)).await.unwrap().unwrap();
    let addr: SocketAddr = first.trim().rsplit("//").next().unwrap().parse().unwrap();
    Desk::new(addr).get("/api/health").await.ok(200);
    let before = memory(hub.id().unwrap());
    let mut strangers = tokio::task::JoinSet::new();
    for n in 0..32 {
        let path = ["/api/devices/cam/hikvision?key=wrong", "/api/integrations/payments/events"][n % 2];
        strangers.spawn(async move {
            let mut line = line([127, 0, 0, 1], addr).await;
            let head = format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 16000000\r\n\r\n");
            line.write_all(head.as_bytes()).await.unwrap();
            let piece = vec![b'x'; 64 * 1024];
            // Until the hub has had enough, or all is said.
            for _ in 0..240 {
                if line.write_all(&piece).await.is_err() {
                    return String::new();
                }
            }
            until_closed(&mut line).await
        });
    }
    while let Some(said) = strangers.join_next().await {
        let said = said.unwrap();
        // Refused by its head, or slowed for the wrong keys before.
        let refused = ["HTTP/1.1 401", "HTTP/1.1 429"];
        let refused = refused.iter().any(|line| said.starts_with(line));
        assert!(said.is_empty() || refused, "{said}");
    }
    let grown = memory(hub.id().unwrap()).saturating_sub(before);
    assert!(grown < 48 * 1024, "{grown} KiB");
    hub.kill().await.unwrap();
}

#[tokio::test]
async fn guesses_at_many_names_are_counted_before_they_are_looked_at_and_a_colleague_logs_in_meanwhile() {
    for engine in ENGINES {
        let database = Database::new(engine).await.unwrap();
        let hub = hub_with(&database, Limits::default()).await;
        // Somebody who has been here before, and somebody elsewhere who has not.
        from([127, 0, 0, 1], hub.addr).log_in("agent", "secret-1").await;
        let mut guesses = tokio::task::JoinSet::new();
        for n in 0..200 {
            let who = from([127, 0, 0, 1], hub.addr);
            guesses.spawn(async move { who.try_log_in(&format!("name{n}"), "wrong").await.status });
        }
        from([127, 0, 0, 2], hub.addr).log_in("guard", "secret-1").await;
        from([127, 0, 0, 1], hub.addr).log_in("agent", "secret-1").await;
        let statuses = guesses.join_all().await;
        let looked_at = statuses.iter().filter(|status| **status == 401).count();
        let slowed = statuses.iter().filter(|status| **status == 429).count();
        assert_eq!((looked_at, slowed), (50, 150), "{engine:?}");
        // The records know the agent even where the hub has forgotten.
        hub.stop().await;
        let hub = Hub::start(database.config(Clock::manual(NOON))).await.unwrap();
        let here = from([127, 0, 0, 1], hub.addr);
        for n in 0..50 {
            here.try_log_in(&format!("other{n}"), "wrong").await.refused(401, "bad_credentials");
        }
        here.try_log_in("guard", "secret-1").await.refused(429, "too_many_attempts");
        here.try_log_in("agent", "secret-1").await.ok(201);
        hub.stop().await;
    }
}

#[tokio::test]
async fn an_address_cannot_be_made_up_through_the_header_of_a_proxy() {
    let (_database, hub) = hub(Limits::default()).await;
    let guess = |n: u8, lines: &'static [&'static str]| {
        let desk = Desk::new(hub.addr);
        async move {
            let mut request = desk.request(Method::POST, "/api/session");
            for line in lines {
                request = request.header("x-forwarded-for", line.replace('#', &n.to_string()));
            }
            let login = json!({"username": "guard", "password": "wrong"});
            desk.send(request.json(&login)).await.status
        }
    };
    // Nobody declared the proxy: its word counts for nothing, and that is said.
    for n in 0..5 {
        assert_eq!(guess(n, &["10.0.0.#"]).await, 401);
    }
    assert_eq!(guess(9, &["10.0.0.#"]).await, 429);
    let health = Desk::new(hub.addr).get("/api/health").await;
    assert!(health.ok(200)["undeclared_proxy_at"].is_string());

    hub.hub.proxies().trust(vec!["127.0.0.0/8".parse().unwrap()]);
    for lines in [
        &["10.9.#.9", "10.0.1.1"][..],
        &["10.9.#.9, 10.0.1.2"],
        &["10.0.#.9", "10.9.9.#", "10.0.1.3, 127.0.0.5"],
        &["nonsense, #", "2001:db8:1:1:#::1"],
    ] {
        let mut statuses = Vec::new();
        for n in 0..8 {
            statuses.push(guess(n, lines).await);
        }
        assert_eq!(statuses, [401, 401, 401, 401, 401, 429, 429, 429], "{lines:?}");
    }
    hub.stop().await;
}

#[tokio::test]
async fn wrong_keys_are_slowed_by_device_and_address_and_leave_a_handful_of_rows() {
    for engine in ENGINES {
        let database = Database::new(engine).await.unwrap();
        let hub = hub_with(&database, Limits::default()).await;
        let push = |address: [u8; 4], key: String, mac: &'static str| {
            let desk = from(address, hub.addr);
            async move {
                let path = format!("/api/devices/cam/hikvision?key={key}");
                let alert = format!(
                    "<EventNotificationAlert><macAddress>{mac}</macAddress><eventType>videoloss</eventType></EventNotificationAlert>"
                );
                let alert = if mac.is_empty() {
                    alert
                } else {
                    alert
                        .replace("videoloss", "ANPR")
                        .replace("</eventType>", "</eventType><UUID>u</UUID><ANPR></ANPR>")
                };
                let request = desk.request(Method::POST, &path).header("content-type", "application/xml");
                desk.send(request.body(alert)).await.status
            }
        };
        let right = || "a-key-that-is-long-enough".to_owned();
        let mut statuses = Vec::new();
        for n in 0..200 {
            statuses.push(push([127, 0, 0, 1], format!("key-number-{n}"), "").await);
        }
        let looked_at = statuses.iter().filter(|status| **status == 401).count();
        assert!(looked_at <= 10, "{engine:?}: {looked_at}");
        assert_eq!(push([127, 0, 0, 1], right(), "").await, 429, "not told either");
        assert_eq!(push([127, 0, 0, 2], right(), "").await, 200, "the camera itself");
        assert_eq!(push([127, 1, 0, 2], right(), "").await, 401, "not from where it may");
        assert_eq!(push([127, 0, 0, 2], right(), "44-19-B6-00-11-22").await, 200);
        assert_eq!(push([127, 0, 0, 2], right(), "44:19:b6:00:11:23").await, 401, "another device");

        let desk = Desk::new(hub.addr);
        assert!(metric(&desk, "lanedesk_refused_total{what=\"push\"}").await >= 10);
        hub.clock.advance(Duration::from_secs(61));
        let rows = "select count(*) from audit where action in ('push.refused', 'slowed.refused')";
        let told = "select count(*) from audit where action = 'slowed.refused' and body like '%\"times\":190%'";
        until(&hub, told, |n| n > 0).await;
        until(&hub, rows, |n| (4..=12).contains(&n)).await;
        until(&hub, "select count(*) from audit where body like '%key-number%'", |n| n == 0).await;
        hub.stop().await;
    }
}

/// Waits until a count is as it should be.
async fn until(hub: &RunningHub, sql: &str, fits: fn(i64) -> bool) {
    let mut last = 0;
    for _ in 0..400 {
        let mut reader = hub.hub.store().read().await.unwrap();
        let (count,): (i64,) = reader.conn().one(sql, vec![]).await.unwrap();
        if fits(count) {
            return;
        }
        last = count;
        drop(reader);
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{sql}: {last}");
}

#[tokio::test]
async fn whatever_is_refused_leaves_a_trace_without_secrets() {
    for engine in ENGINES {
        let database = Database::new(engine).await.unwrap();
        let hub = hub_with(&database, Limits::default()).await;
        let mut guard = Desk::new(hub.addr);
        guard.log_in("guard", "secret-1").await;
        let stranger = Desk::new(hub.addr);
        stranger.try_log_in("guard", "hunter-2").await.refused(401, "bad_credentials");
        stranger.try_log_in("my-password-by-mistake", "x").await.refused(401, "bad_credentials");
        guard.get("/api/board").await.refused(403, "not_allowed");
        guard.post("/api/session/confirm", json!({"password": "hunter-3"})).await.refused(422, "invalid");
        let signed = stranger
            .request(Method::POST, "/api/integrations/payments/events")
            .header("x-integration", "pay")
            .header("x-timestamp", (NOON.0 / 1_000).to_string())
            .header("x-signature", "00".repeat(32));
        stranger.send(signed.body("{}")).await.refused(401, "bad_signature");
        let link = stranger
            .request(Method::GET, "/api/robots/1001/link")
            .header("connection", "upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
            .header("sec-websocket-protocol", "lanedesk.robot.v1, wrong-robot-key");
        stranger.send(link).await.refused(401, "bad_signature");
        stranger.post("/api/robots/1001/pair", json!({"code": "12345678"})).await.refused(401, "bad_signature");
        for (action, subject) in [
            ("login.refused", "person:"),
            ("login.refused", ""),
            ("right.refused", "GET /api/board"),
            ("password.refused", "person:"),
            ("signature.refused", "integration:payments"),
            ("robot.refused", "robot:r1"),
            ("pairing.refused", ""),
        ] {
            let sql = format!(
                "select count(*) from audit where action = '{action}' and subject like '{subject}%' and body like '%127.0.0.1%'"
            );
            until(&hub, &sql, |n| n > 0).await;
        }
        for secret in ["hunter", "by-mistake", "wrong-robot-key", "12345678"] {
            let sql = format!("select count(*) from audit where body like '%{secret}%' or subject like '%{secret}%'");
            until(&hub, &sql, |n| n == 0).await;
        }
        hub.stop().await;
    }
}

#[tokio::test]
async fn a_camera_s_key_is_made_by_the_hub_changed_without_a_gap_and_never_short() {
    for engine in ENGINES {
        let database = Database::new(engine).await.unwrap();
        let hub = hub_with(&database, Limits::default()).await;
        let mut admin = Desk::new(hub.addr);
        admin.log_in("admin", "secret-1").await;
        let camera = |id: &str, key: Option<&str>| {
            let mut row = json!({"id": id, "driver": "hikvision", "url": "http://127.0.0.1:9", "events": "push"});
            if let Some(key) = key {
                row["push_key"] = json!(key);
            }
            json!({ "row": row })
        };
        for short in ["ab", "123456789", "aaaaaaaaaaaaaaaaaaaaaaaa"] {
            let refused = admin.post("/api/site/device", camera("short", Some(short))).await;
            let detail = refused.refused(422, "invalid")["detail"].to_string();
            assert!(detail.contains("留空"), "{detail}");
        }
        let made = admin.post("/api/site/device", camera("made", None)).await;
        assert_eq!(made.ok(201)["secrets"], json!(["push_key"]));
        let rotate = |step: &'static str| admin.post("/api/site/device/made/push-key", json!({"step": step}));
        rotate("finish").await.refused(422, "invalid");
        let key = rotate("begin").await.ok(200)["secret"].as_str().unwrap().to_owned();
        assert!(key.len() >= 32);
        let push = |key: String| {
            let desk = Desk::new(hub.addr);
            async move {
                let path = format!("/api/devices/made/hikvision?key={key}");
                let alert = "<EventNotificationAlert><eventType>videoloss</eventType></EventNotificationAlert>";
                let request = desk.request(Method::POST, &path).header("content-type", "application/xml");
                desk.send(request.body(alert)).await.status
            }
        };
        assert_eq!(push(key.clone()).await, 200, "beside the old one");
        rotate("finish").await.ok(200);
        let next = rotate("begin").await.ok(200)["secret"].as_str().unwrap().to_owned();
        assert_eq!((push(key.clone()).await, push(next.clone()).await), (200, 200));
        rotate("finish").await.ok(200);
        assert_eq!((push(key).await, push(next).await), (401, 200));
        hub.stop().await;
    }
}
