//! R34: a site file is read whole, each fault with its line, or not at all.

use super::*;

const SMALL: &str = r#"
[[area]]
id = "company"
name = "公司"

[[lot]]
id = "cyds"
name = "彩悦大厦"
area = "company"

[[device]]
id = "cam1"
driver = "hikvision"
url = "http://10.0.0.2"
password = " kept as given "

[[lane]]
id = "E01"
lot = "cyds"
name = "东门进口"
code = "E01"
direction = "entry"
barrier = "cam1"
plate_camera = "cam1"
environment_camera = "cam1"

[[person]]
username = "guard"
name = "张三"
role = "lot_staff"
password = "lanedesk-demo"
lots = ["cyds"]

[[pass]]
lot = "cyds"
plates = ["粤 b·12345"]
status = "active"
valid_from = 2026-01-01
valid_to = "2026-12-31"

[[tariff]]
lot = "cyds"
first_minutes = 60
first_fen = 500
step_minutes = 60
step_fen = 400

[rules]
lock_minutes = 12
"#;

fn faults(text: &str) -> Vec<(usize, String)> {
    let faults = Site::parse(text, &SiteContext::default()).unwrap_err();
    faults.into_iter().map(|fault| (fault.line, fault.reason)).collect()
}

#[test]
fn a_small_site_reads_with_its_defaults() {
    let site = Site::parse(SMALL, &SiteContext::default()).unwrap();
    assert!(site.lots[0].outsiders);
    assert_eq!(site.lots[0].leave_minutes, 15);
    assert_eq!((site.devices[0].channel, site.devices[0].events.as_str()), (1, "pull"));
    assert_eq!(site.devices[0].password.as_deref(), Some(" kept as given "));
    assert_eq!(site.lanes[0].environment_cameras.len(), 1);
    assert_eq!(site.passes[0].plates, ["粤B12345"]);
    assert_eq!(site.rules, [("lock_minutes".to_owned(), 12)].into());
}

#[test]
fn a_live_picture_travels_in_its_connection_or_in_datagrams() {
    let with = |word: &str| {
        let transport = format!("driver = \"hikvision\"\ntransport = \"{word}\"");
        SMALL.replace("driver = \"hikvision\"", &transport)
    };
    let site = Site::parse(&with("udp"), &SiteContext::default()).unwrap();
    assert_eq!(site.devices[0].transport.as_deref(), Some("udp"));
    let told = "device.transport: \"multicast\" is none of tcp, udp".to_owned();
    assert_eq!(faults(&with("multicast")), [(14, told)]);
}

#[test]
fn a_date_means_china_and_an_end_date_its_last_moment() {
    let pass = &Site::parse(SMALL, &SiteContext::default()).unwrap().passes[0];
    assert_eq!(pass.valid_from.to_string(), "2025-12-31T16:00:00Z");
    assert_eq!(pass.valid_to.to_string(), "2026-12-31T15:59:59.999Z");
}

#[test]
fn what_is_exported_reads_back_as_the_same_site() {
    let site = Site::parse(SMALL, &SiteContext::default()).unwrap();
    assert_eq!(Site::parse(&site.to_toml(), &SiteContext::default()).unwrap(), site);
}

#[test]
fn every_fault_is_told_with_its_line() {
    let text = r#"[[area]]
id = "a"
name = "A"
parent = "b"
[[area]]
id = "b"
name = "B"
parent = "a"
[[lot]]
id = "no good"
name = "x"
area = "a"
[[lot]]
id = "l1"
name = ""
area = "nowhere"
colour = "red"
[[lane]]
id = "E01"
lot = "l2"
name = "x"
code = "E01"
direction = "sideways"
[[device]]
id = "d"
driver = "dahua"
url = "http://x"
anything = 1
[[device]]
id = "e"
driver = "pigeon"
url = "http://x"
[[seat]]
number = "8001"
[[seat]]
number = "8001"
[rules]
lock_minutes = 0
speed = 3
[extra]
x = 1
"#;
    let found = faults(text);
    let expected = [
        (4, "hang below itself"),
        (8, "hang below itself"),
        (10, "not an id"),
        (15, "is empty"),
        (16, "there is no area"),
        (17, "there is no key \"colour\""),
        (20, "there is no lot"),
        (23, "\"sideways\" is not a"),
        (26, "\"dahua\" is not built yet"),
        (31, "\"pigeon\" is not known"),
        (36, "stands already in line 34"),
        (38, "lock_minutes = 0: 1 to 240 are allowed"),
        (39, "there is no rule \"speed\""),
        (40, "no section \"extra\""),
    ];
    for (line, words) in expected {
        assert!(
            found.iter().any(|(at, reason)| *at == line && reason.contains(words)),
            "line {line}: {words} not in {found:#?}"
        );
    }
}

#[test]
fn broken_toml_is_a_fault_with_its_line() {
    let found = faults("[[area]]\nid = \nname = \"x\"\n");
    assert!(found.iter().any(|(line, _)| *line == 2), "{found:?}");
}

#[test]
fn a_single_table_where_a_list_belongs_is_explained() {
    assert_eq!(faults("[lot]\nid = \"a\"\n"), [(1, "write [[lot]], not [lot]".to_owned())]);
}

#[test]
fn a_robot_stands_at_one_lane_and_a_shared_barrier_is_pointed_out() {
    let second = r#"
[[robot]]
id = "r1"
number = "1"
[[lane]]
id = "E02"
lot = "cyds"
name = "x"
code = "E02"
direction = "exit"
barrier = "cam1"
robot = "r1"
[[lane]]
id = "E03"
lot = "cyds"
name = "x"
code = "E03"
direction = "exit"
robot = "r1"
"#;
    let text = format!("{SMALL}{second}");
    let found = faults(&text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].1.contains("robot \"r1\" belongs to lane"), "{found:?}");
    let site = Site::parse(&text.replacen("robot = \"r1\"", "", 1), &SiteContext::default()).unwrap();
    assert_eq!(site.shared_barriers(), ["cam1 moves the arms of E01, E02"]);
}

#[test]
fn a_text_may_refer_to_what_the_database_has() {
    let known = SiteContext { lots: ["cyds".to_owned()].into(), ..SiteContext::default() };
    let text = "[[vehicle]]\nlot = \"cyds\"\nplate = \"粤B12345\"\nlocked = true\n";
    assert_eq!(Site::parse(text, &known).unwrap().vehicles.len(), 1);
    assert_eq!(faults(text)[0].0, 2);
}

#[test]
fn a_push_key_that_can_be_guessed_is_a_fault_unless_the_device_has_it() {
    let url = "url = \"http://10.0.0.2\"";
    let text = SMALL.replace(url, &format!("{url}\npush_key = \"12345678\""));
    let (line, reason) = faults(&text).remove(0);
    assert!(line == 15 && reason.starts_with("device.push_key: can be guessed"), "{line}: {reason}");
    let read = |key: &str| {
        let known = SiteContext { push_keys: [("cam1".to_owned(), key_sum(key))].into(), ..SiteContext::default() };
        Site::parse(&text, &known).is_ok()
    };
    assert!(read("12345678") && !read("12345679"));
}

#[test]
fn secrets_do_not_show_in_debug_output() {
    let site = Site::parse(SMALL, &SiteContext::default()).unwrap();
    let shown = format!("{site:?}");
    assert!(!shown.contains("kept as given") && !shown.contains("lanedesk-demo"), "{shown}");
}

#[test]
fn words_and_addresses_of_robots_are_read_and_written_back() {
    let robots = r#"
[[template]]
scene = "pay"
lang = "zh"
text = """请扫码
应付 {amount}"""
speech = "应付{amount}"

[links]
pay = "https://pay.example/?stay={stay}&amount={amount_fen}"
"#;
    let site = Site::parse(robots, &SiteContext::default()).unwrap();
    assert_eq!(site.templates[0].text, "请扫码\n应付 {amount}");
    assert_eq!(site.links.len(), 1);
    let again = Site::parse(&site.to_toml(), &SiteContext::default()).unwrap();
    assert_eq!(again, site);

    let wrong = robots
        .replace("{amount}\"\"\"", "{colour}\"\"\"")
        .replace("https://pay", "javascript:pay")
        .replace("\"zh\"", "\"fr\"");
    let found: Vec<String> = faults(&wrong).into_iter().map(|(_, why)| why).collect();
    assert_eq!(found.len(), 3, "{found:?}");
    let keyed = "[[robot]]\nid = \"r1\"\nnumber = \"1\"\nkey = \"two words\"\n";
    assert!(faults(keyed)[0].1.contains("key: may hold only"));
}
