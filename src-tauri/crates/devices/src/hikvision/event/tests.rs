use super::*;
use bytes::Bytes;
use proptest::prelude::*;

fn xml(inside: &str) -> String {
    format!(
        "<EventNotificationAlert version=\"2.0\" xmlns=\"http://www.isapi.org/ver20/XMLSchema\"><dateTime>2026-11-22T14:25:51+08:00</dateTime><eventType>ANPR</eventType><eventState>active</eventState>{inside}</EventNotificationAlert>"
    )
}

fn read(inside: &str) -> PlateRead {
    match Alert::read(xml(inside).as_bytes()).unwrap() {
        Alert::Read(draft) => draft.finish(),
        Alert::Other => panic!("not a read"),
    }
}

#[test]
fn a_misread_plate_with_its_doubtful_character() {
    let read = read(
        "<UUID>u-1</UUID><ANPR><licensePlate>粤B·1Z345</licensePlate><confidenceLevel>83</confidenceLevel>\
         <plateColor>blue</plateColor><plateCharBelieve>99,98,97,41,96,97,98</plateCharBelieve><direction>reverse</direction>\
         <alarmDataType>0</alarmDataType><barrierGateCtrlType>1</barrierGateCtrlType></ANPR>",
    );
    assert_eq!(read.uuid, "u-1");
    assert_eq!(read.plate.as_deref(), Some("粤B1Z345"));
    assert_eq!((read.confidence, read.doubtful), (Some(83), vec![3]));
    assert_eq!(read.color.as_deref(), Some("blue"));
    assert_eq!(read.travel, Some(Travel::Reverse));
    assert_eq!((read.history, read.opened_by_camera), (false, Some(false)));
    assert_eq!(read.taken_at, Some("2026-11-22T06:25:51Z".parse().unwrap()));
}

#[test]
fn the_words_for_no_plate_are_no_plate() {
    for word in ["unknown", "UNKNOWN", "noPlate", "", "_无_", "无车牌", " - "] {
        let read =
            read(&format!("<ANPR><licensePlate>{word}</licensePlate><confidenceLevel>0</confidenceLevel></ANPR>"));
        assert_eq!((read.plate, read.confidence), (None, None), "{word:?}");
    }
}

#[test]
fn history_and_the_cameras_own_opening_are_marked() {
    let read = read(
        "<ANPR><licensePlate>蓝粤B12345</licensePlate><alarmDataType>1</alarmDataType><barrierGateCtrlType>0</barrierGateCtrlType></ANPR>",
    );
    assert_eq!(read.plate.as_deref(), Some("粤B12345"));
    assert!(read.history && read.opened_by_camera == Some(true));
}

#[test]
fn without_an_id_the_same_event_has_the_same_made_one() {
    let one = read("<ANPR><licensePlate>粤B12345</licensePlate></ANPR>");
    let again = read("<ANPR><licensePlate>粤B12345</licensePlate><alarmDataType>1</alarmDataType></ANPR>");
    let other = read("<ANPR><licensePlate>粤B12346</licensePlate></ANPR>");
    assert!(one.uuid == again.uuid && one.uuid != other.uuid);
}

#[test]
fn pictures_are_told_apart_by_name_or_size() {
    let picture = |head: &str, size: usize| Part {
        content_type: "image/jpeg".into(),
        head: head.into(),
        body: Bytes::from(vec![7; size]),
    };
    for heads in [["licenseplatepicture.jpg", "detectionpicture.jpg"], ["a", "b"]] {
        let text = xml("<picNum>2</picNum><ANPR><licensePlate>粤B12345</licensePlate></ANPR>");
        let Alert::Read(mut draft) = Alert::read(text.as_bytes()).unwrap() else {
            panic!("not a read");
        };
        draft.add(picture(heads[0], 10));
        assert!(!draft.whole());
        draft.add(picture(heads[1], 99));
        assert!(draft.whole());
        let read = draft.finish();
        assert_eq!(read.plate_picture.unwrap().len(), 10);
        assert_eq!(read.picture.unwrap().len(), 99);
    }
}

#[test]
fn a_plate_box_in_every_measure() {
    let half = Some([0.5, 0.5, 0.1, 0.05]);
    assert_eq!(parts_of([0.5, 0.5, 0.1, 0.05], None), half);
    assert_eq!(parts_of([500.0, 500.0, 100.0, 50.0], None), half);
    let pixels = [960.0, 540.0, 192.0, 54.0];
    assert_eq!(parts_of(pixels, Some((1920, 1080))), half);
    assert_eq!(parts_of(pixels, None), None);
    assert_eq!(parts_of([f32::NAN, 0.0, 1.0, 1.0], None), None);
}

#[test]
fn a_keep_alive_is_no_read_and_a_status_no_event() {
    let text = "<EventNotificationAlert><eventType>videoloss</eventType><eventState>inactive</eventState></EventNotificationAlert>";
    assert!(matches!(Alert::read(text.as_bytes()), Ok(Alert::Other)));
    assert!(Alert::read(b"<ResponseStatus><statusCode>4</statusCode></ResponseStatus>").is_err());
}

proptest! {
    #[test]
    fn any_values_are_read_without_panic(plate in "\\PC{0,20}", list in "[0-9,. -]{0,60}", time in "\\PC{0,30}", n in "-?[0-9.eE]{0,12}") {
        let plate = quick_xml::escape::escape(&plate).into_owned();
        let time = quick_xml::escape::escape(&time).into_owned();
        let text = format!("<EventNotificationAlert><eventType>ANPR</eventType><dateTime>{time}</dateTime><picNum>{n}</picNum><ANPR><licensePlate>{plate}</licensePlate><plateCharBelieve>{list}</plateCharBelieve><confidenceLevel>{n}</confidenceLevel><plateRect><X>{n}</X><Y>{n}</Y><width>{n}</width><height>{n}</height></plateRect></ANPR></EventNotificationAlert>");
        if let Ok(Alert::Read(draft)) = Alert::read(text.as_bytes()) {
            let read = draft.finish();
            prop_assert!(read.doubtful.iter().all(|at| usize::from(*at) < read.plate.as_ref().map_or(0, |p| p.chars().count())));
        }
    }
}
