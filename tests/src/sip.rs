//! SIP to the hub (R31; DEVICES.md 7): kamailio with the shipped configuration between `SIPp` as the robot and `SIPp` as
//! the phone of a seat. Where a program is missing these tests fail.

use crate::harness::{Person, Stream, World, wait_for};
use reqwest::Method;
use serde_json::{Value, json};
use std::net::{TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;
use xtask::running::RunningProgram;

/// The demo site's telephone system.
const SECRET: &str = "lanedesk-demo-tel";
/// The number the robot calls from.
const CALLER: &str = "13826004417";

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn shipped(path: &str) -> PathBuf {
    here("../src-tauri/crates/hub/telephony").join(path)
}

/// A UDP port nobody listens on.
fn free_port() -> u16 {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.local_addr().unwrap().port()
}

/// Starts a program of the system; it ends with the value.
fn start(command: &mut Command, log: &Path) -> RunningProgram {
    let program = command.get_program().display().to_string();
    let started = RunningProgram::start(&program, command, log);
    started.unwrap_or_else(|error| {
        panic!("{error:#}: apt-get install kamailio kamailio-tls-modules kamailio-utils-modules sip-tester")
    })
}

/// Waits until a program has ended as it should.
async fn succeeds(program: &mut RunningProgram) {
    let program = std::cell::RefCell::new(program);
    let ended = wait_for("SIPp to end", async || program.borrow_mut().ended().unwrap()).await;
    let said = program.borrow().last_lines();
    assert!(ended.success(), "{ended}: {said}");
}

/// A telephone system between robots and the phones of seats.
struct Telephones {
    proxy: u16,
    phones: u16,
    folder: TempDir,
    _kamailio: RunningProgram,
}

impl Telephones {
    async fn before(world: &World) -> Self {
        let (proxy, phones) = (free_port(), free_port());
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("kamailio");
        command
            .arg("-f")
            .arg(shipped("kamailio/kamailio.cfg"))
            .args(["-DD", "-E", "-m", "32", "-M", "4"])
            .arg("-Y")
            .arg(folder.path())
            .arg("-P")
            .arg(folder.path().join("pid"))
            .arg("-w")
            .arg(folder.path())
            .args(["-A", &format!("LANEDESK_LISTEN=udp:127.0.0.1:{proxy}")])
            .args(["-A", &format!("LANEDESK_PHONES=\"127.0.0.1:{phones}\"")])
            .args(["-A", &format!("LANEDESK_HUB=\"{}\"", world.address())])
            .args(["-A", "LANEDESK_INTEGRATION=\"tel\""])
            .args(["-A", &format!("LANEDESK_SECRET=\"{SECRET}\"")]);
        let kamailio = start(&mut command, &folder.path().join("kamailio.log"));
        let phones = Self { proxy, phones, folder, _kamailio: kamailio };
        wait_for("kamailio to answer", async || phones.answers().await).await;
        phones
    }

    /// It refuses what is no call, which shows that it is there.
    async fn answers(&self) -> Option<()> {
        let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let me = socket.local_addr().unwrap();
        let ping = format!(
            "OPTIONS sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {me};branch=z9hG4bKping\r\nFrom: <sip:a@b>;tag=1\r\n\
             To: <sip:x@127.0.0.1>\r\nCall-ID: ping\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        );
        socket.send_to(ping.as_bytes(), ("127.0.0.1", self.proxy)).await.unwrap();
        let mut answer = [0; 1024];
        let heard = tokio::time::timeout(std::time::Duration::from_millis(300), socket.recv(&mut answer));
        heard.await.ok()?.ok().map(drop)
    }

    fn sipp(&self, scenario: &str, arguments: &[&str]) -> RunningProgram {
        let mut command = Command::new("sipp");
        command
            .arg("-sf")
            .arg(here("src/sip").join(scenario))
            .args(["-i", "127.0.0.1", "-m", "1", "-nostdin"])
            .args(arguments)
            .current_dir(self.folder.path());
        start(&mut command, &self.folder.path().join(scenario))
    }

    /// The phone of the seats.
    fn phone(&self, scenario: &str) -> RunningProgram {
        let port = self.phones.to_string();
        self.sipp(scenario, &["-p", &port, "-d", "400"])
    }

    /// A robot that calls a seat.
    fn robot(&self, scenario: &str, seat: &str) -> RunningProgram {
        let proxy = format!("127.0.0.1:{}", self.proxy);
        let keys = ["-key", "caller", CALLER, "-key", "robot", "R-102", "-key", "lane", "E02"];
        let mut arguments = vec!["-s", seat, "-d", "600", "-timeout", "25"];
        arguments.extend(keys);
        arguments.push(&proxy);
        self.sipp(scenario, &arguments)
    }
}

/// The agent at seat 8001, listening.
async fn agent(world: &World) -> (Person, Stream) {
    let agent = world.person("agent").await;
    let seat = json!({"number": "8001"});
    agent.call(Method::PUT, "/api/seat", Some(&seat)).await.ok();
    let stream = world.stream(&agent).await;
    (agent, stream)
}

async fn call(stream: &mut Stream, state: &str) -> Value {
    let what = format!("a call that is {state}");
    stream.hears(&what, |frame| frame["type"] == "call" && frame["call"]["state"] == state).await
}

/// An INVITE with X-Robot and X-Lane is the agent's call with the lane claimed; its 200 makes it live; its BYE ends it.
#[tokio::test(flavor = "multi_thread")]
async fn an_invite_of_a_robot_arrives_as_a_call_and_its_bye_ends_it() {
    let world = World::sqlite().await;
    let telephones = Telephones::before(&world).await;
    let (agent, mut stream) = agent(&world).await;
    let _phone = telephones.phone("phone.xml");
    let mut robot = telephones.robot("robot.xml", "8001");
    let rings = call(&mut stream, "ringing").await;
    assert_eq!(rings["call"]["lane"]["id"], "E02", "X-Lane");
    assert_eq!(rings["call"]["robot"], "R-102", "X-Robot");
    assert_eq!(rings["call"]["caller"], CALLER);
    let lease = agent.view("E02").await["lease"].clone();
    assert_eq!((&lease["holder"]["id"], &lease["expires_at"]), (&json!(agent.id), &Value::Null), "R29, R11");
    let live = call(&mut stream, "live").await;
    assert_eq!(live["case"], rings["case"]);
    assert!(live["call"]["answered_at"].is_string());
    succeeds(&mut robot).await;
    call(&mut stream, "ended").await;
    let end = agent.view("E02").await["lease"]["expires_at"].clone();
    assert!(end.is_string(), "ten minutes run from the end: {end}");
}

/// A driver who gives up before anybody answers (CANCEL) stands in the list to call back.
#[tokio::test(flavor = "multi_thread")]
async fn a_driver_who_gives_up_is_to_be_called_back() {
    let world = World::sqlite().await;
    let telephones = Telephones::before(&world).await;
    let (agent, mut stream) = agent(&world).await;
    let _phone = telephones.phone("unanswered.xml");
    let mut robot = telephones.robot("giving_up.xml", "8009");
    let waits = call(&mut stream, "waiting").await;
    assert_eq!(waits["call"]["lane"]["id"], "E02");
    succeeds(&mut robot).await;
    call(&mut stream, "abandoned").await;
    let list = agent.get("/api/calls?state=abandoned").await.ok();
    assert_eq!(list["items"][0]["caller"], CALLER);
}

/// `lanedesk-call`, as Asterisk's dialplan and `FreeSWITCH`'s script start it: signed rightly, once however often it is sent,
/// and nothing a caller sends becomes a command or breaks the event.
#[tokio::test(flavor = "multi_thread")]
async fn the_script_for_asterisk_and_freeswitch_tells_the_hub() {
    let world = World::sqlite().await;
    let (agent, mut stream) = agent(&world).await;
    let tell = |arguments: &[&str]| {
        let told = Command::new("sh")
            .arg(shipped("lanedesk-call"))
            .args(arguments)
            .env("LANEDESK_HUB", world.address())
            .env("LANEDESK_INTEGRATION", "tel")
            .env("LANEDESK_SECRET", SECRET)
            .env("no_proxy", "*")
            .status();
        assert!(told.unwrap().success(), "{arguments:?}");
    };
    let hostile = "caller=138\";$(touch /tmp/x)\n";
    let ringing = ["ringing", "a1", "robot=", "lane=E02", "seat=8001", hostile];
    tokio::task::block_in_place(|| (tell(&ringing), tell(&ringing)));
    let rings = call(&mut stream, "ringing").await;
    assert_eq!(rings["call"]["caller"], "138touch/tmp/x");
    tokio::task::block_in_place(|| tell(&["answered", "a1", "seat=8001"]));
    assert_eq!(call(&mut stream, "live").await["case"], rings["case"]);
    tokio::task::block_in_place(|| tell(&["ended", "a1"]));
    call(&mut stream, "ended").await;
    let rows = world.database.count("select count(*) from call").await;
    assert_eq!(rows, 1);
    assert!(agent.get("/api/calls?state=live").await.ok()["items"][0].is_null());
    // Nobody listens there: the script gives up in time and says so with its exit code, so that a dialplan never hangs.
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let told = tokio::task::block_in_place(|| {
        Command::new("sh")
            .arg(shipped("lanedesk-call"))
            .args(["nonsense", "a2", "color=red"])
            .env("LANEDESK_HUB", format!("http://{nobody}"))
            .env("LANEDESK_INTEGRATION", "tel")
            .env("LANEDESK_SECRET", SECRET)
            .stderr(Stdio::null())
            .status()
    });
    assert_eq!(told.unwrap().code(), Some(2));
}

/// One run of the script for `FreeSWITCH`; what it told its session to execute.
fn lua(world: &World, kind: &str, variables: &[&str], arguments: &[&str]) -> String {
    let said = Command::new("lua5.4")
        .args([here("src/sip/freeswitch.lua"), shipped("freeswitch/lanedesk.lua")])
        .arg(kind)
        .args(variables)
        .arg("--")
        .args(arguments)
        .env("LANEDESK_CALL", format!("sh {}", shipped("lanedesk-call").display()))
        .env("LANEDESK_HUB", world.address())
        .env("LANEDESK_INTEGRATION", "tel")
        .env("LANEDESK_SECRET", SECRET)
        .env("no_proxy", "*")
        .output()
        .expect("apt-get install lua5.4");
    assert!(said.status.success(), "{said:?}");
    String::from_utf8(said.stdout).unwrap()
}

/// `FreeSWITCH`'s script between a stand-in for its session and the hub: the signed events are one call's from ring to
/// end, and what a caller sends becomes no command.
#[tokio::test(flavor = "multi_thread")]
async fn the_script_of_freeswitch_tells_a_call_from_ring_to_end() {
    let world = World::sqlite().await;
    let (_agent, mut stream) = agent(&world).await;
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("broken");
    let hostile = format!("caller_id_number=138;touch {0} `touch {0}` $(touch {0})\n", broken.display());
    let leg = ["uuid=f-1", "sip_h_X-Robot=R-102", "sip_h_X-Lane=E02", &hostile];
    let run = |kind: &str, variables: &[&str], arguments: &[&str]| {
        tokio::task::block_in_place(|| lua(&world, kind, variables, arguments))
    };
    assert_eq!(run("session", &leg, &["ringing", "8001"]), "export lanedesk_call=f-1\n");
    let rings = call(&mut stream, "ringing").await;
    assert_eq!((&rings["call"]["robot"], &rings["call"]["lane"]["id"]), (&json!("R-102"), &json!("E02")));
    assert!(rings["call"]["caller"].as_str().unwrap().starts_with("138touch"));
    // The other leg has an id of its own, and the call's from the first.
    let other = ["uuid=f-2", "lanedesk_call=f-1"];
    run("session", &other, &["answered", "8001"]);
    assert_eq!(call(&mut stream, "live").await["case"], rings["case"]);
    run("env", &["variable_uuid=f-1", "variable_lanedesk_call=f-1"], &["ended"]);
    call(&mut stream, "ended").await;
    run("session", &["uuid=f-3"], &["ringing", ""]);
    call(&mut stream, "waiting").await;
    run("env", &["uuid=f-3"], &["ended"]);
    call(&mut stream, "abandoned").await;
    assert_eq!(world.database.count("select count(*) from call").await, 2);
    assert!(!broken.exists(), "a caller's words ran");
}
