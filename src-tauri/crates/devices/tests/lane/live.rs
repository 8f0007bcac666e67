//! Live pictures from a simulated camera, as they should be and as they should not.

use super::common::{driver, driver_with, site, site_with};
use lanedesk_devices::{
    AccessUnit, DeviceError, LiveCamera, LiveError, LivePicture, LivePictures, LiveTransport, hikvision::Hikvision,
};
use lotsim::{
    Fault, Lane,
    film::{Decoder, Stamp},
};
use std::time::Duration;
use tokio::time::timeout;

fn live(lane: &Lane) -> Hikvision {
    driver_with(lane, |settings| settings.rtsp = lane.rtsp_url())
}

/// Asks until it is granted.
async fn opened(camera: &Hikvision) -> Box<dyn LivePictures> {
    let again = async {
        loop {
            if let Ok(pictures) = camera.open_live().await {
                return pictures;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let opened = timeout(Duration::from_secs(20), again).await;
    opened.expect("a stream in time")
}

async fn next(pictures: &mut Box<dyn LivePictures>) -> Result<LivePicture, LiveError> {
    let next = timeout(Duration::from_secs(20), pictures.next()).await;
    next.expect("a picture or a reason in time")
}

async fn unit(pictures: &mut Box<dyn LivePictures>) -> AccessUnit {
    match next(pictures).await {
        Ok(LivePicture::H264(unit)) => unit,
        Ok(LivePicture::Jpeg(_)) => panic!("a JPEG"),
        Err(error) => panic!("{error}"),
    }
}

/// The NAL units of a picture.
fn nals(unit: &AccessUnit) -> Vec<&[u8]> {
    let mut nals = Vec::new();
    let mut rest = &unit.data[..];
    while let [a, b, c, d, after @ ..] = rest {
        let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        nals.push(&after[..length]);
        rest = &after[length..];
    }
    nals
}

/// The parameter sets in a configuration record of one set of each kind.
fn sets(record: &[u8]) -> [&[u8]; 2] {
    let first = usize::from(u16::from_be_bytes([record[6], record[7]]));
    let second = 8 + first + 3;
    [&record[8..8 + first], &record[second..]]
}

#[tokio::test]
async fn a_stream_plays_and_its_burnt_in_clock_runs() {
    let (_sim, lane) = site().await;
    let mut pictures = live(&lane).open_live().await.unwrap();
    let mut decoder = Decoder::new().unwrap();
    let mut begun = false;
    let mut clocks = Vec::new();
    while clocks.len() < 12 {
        let unit = unit(&mut pictures).await;
        begun |= unit.key;
        if !begun {
            continue;
        }
        let parameters = unit.parameters.clone().unwrap();
        assert_eq!((parameters.width, parameters.height), (640, 360));
        assert!(parameters.codec.starts_with("avc1.42"), "{}", parameters.codec);
        let nals = nals(&unit);
        let sets = sets(&parameters.record).into_iter().filter(|_| unit.key);
        let shown = decoder.decode(sets.chain(nals.iter().copied())).unwrap();
        let Some((size, clock)) = shown else {
            continue;
        };
        assert_eq!(size, (640, 360));
        let clock = clock.expect("the clock can be read off a decoded picture");
        let stamp = Stamp::find(&unit.data).expect("the stamp travels with the picture");
        assert_eq!(u64::from(clock.picture), stamp.picture);
        clocks.push(clock);
    }
    assert!(clocks.windows(2).all(|two| two[1].picture == two[0].picture + 1));
    let ran = clocks[11].ms - clocks[0].ms;
    assert!((300..900).contains(&ran), "{ran} ms for 11 pictures of 25 a second");
}

#[tokio::test]
async fn datagrams_play_where_the_settings_say_so_and_another_channel_sees_something_else() {
    let (_sim, lane) = site().await;
    lane.fault(Fault::UdpOnly);
    let mut sizes = Vec::new();
    for channel in ["101", "201"] {
        let camera = driver_with(&lane, |settings| {
            settings.rtsp = lane.rtsp_url().replace("101", channel);
            settings.transport = LiveTransport::Udp;
        });
        let mut pictures = camera.open_live().await.unwrap();
        let key = loop {
            let unit = unit(&mut pictures).await;
            if unit.key {
                break unit;
            }
        };
        assert!(Stamp::find(&key.data).is_some());
        sizes.push(key.data.len());
    }
    assert_ne!(sizes[0], sizes[1]);
}

#[tokio::test]
async fn the_camera_is_let_go_when_nobody_watches() {
    let (_sim, lane) = site().await;
    let mut pictures = live(&lane).open_live().await.unwrap();
    unit(&mut pictures).await;
    assert_eq!(lane.watchers(), 1);
    drop(pictures);
    let gone = async {
        while lane.watchers() > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_secs(10), gone).await.unwrap();
}

#[tokio::test]
async fn another_size_in_mid_stream_comes_with_other_parameters() {
    let (_sim, lane) = site().await;
    let mut pictures = live(&lane).open_live().await.unwrap();
    while !unit(&mut pictures).await.key {}
    lane.fault(Fault::Resize);
    let other = loop {
        let unit = unit(&mut pictures).await;
        if let Some(parameters) = unit.parameters.filter(|now| now.width != 640) {
            assert!(unit.key, "a decoder begins anew here");
            break parameters;
        }
    };
    assert_eq!((other.width, other.height), (480, 272));
}

#[tokio::test]
async fn h265_is_named_and_asked_for_no_further() {
    let (_sim, lane) = site().await;
    lane.fault(Fault::H265);
    let told = live(&lane).open_live().await.err();
    assert_eq!(told, Some(LiveError::Codec("H.265".to_owned())));
    assert_eq!(lane.watchers(), 0);
}

#[tokio::test]
async fn where_there_is_no_rtsp_the_jpegs_over_http_play() {
    for fault in [Some(Fault::MjpegOnly), None] {
        let (_sim, lane) = site().await;
        // Without the fault nobody listens at the address at all.
        let camera = match fault {
            Some(fault) => {
                lane.fault(fault);
                live(&lane)
            }
            None => driver_with(&lane, |settings| {
                settings.rtsp = "rtsp://127.0.0.1:9/x".to_owned();
            }),
        };
        let mut pictures = opened(&camera).await;
        for _ in 0..3 {
            let picture = next(&mut pictures).await.unwrap();
            assert!(matches!(picture, LivePicture::Jpeg(jpeg) if jpeg.starts_with(&[0xff, 0xd8])));
        }
    }
}

#[tokio::test]
async fn a_wrong_password_is_tried_once_and_then_not_for_a_long_while() {
    let (sim, lane) = site_with(|lane| lane.password = "another".to_owned()).await;
    let camera = live(&lane);
    for _ in 0..20 {
        let told = camera.open_live().await.err().unwrap();
        let refused = LiveError::Device(DeviceError::Unauthorised { tries_left: None });
        assert_eq!(told, refused);
    }
    assert_eq!(sim.wrong_tries("E01").len(), 1, "no lockout loop");
    // Other settings are another driver, which asks at once.
    let right = driver_with(&lane, |settings| {
        settings.rtsp = lane.rtsp_url();
        settings.password = "another".to_owned();
    });
    unit(&mut right.open_live().await.unwrap()).await;
}

#[tokio::test]
async fn a_camera_whose_other_door_refuses_us_is_not_asked_for_its_stream() {
    let (sim, lane) = site_with(|lane| lane.password = "another".to_owned()).await;
    let camera = live(&lane);
    let _ = lanedesk_devices::StillCamera::still(&camera).await;
    assert!(camera.open_live().await.is_err());
    assert_eq!(sim.wrong_tries("E01").len(), 1);
}

#[tokio::test]
async fn garbage_and_a_picture_without_end_are_errors() {
    for (fault, reasons) in
        [(Fault::LiveGarbage, &[LiveError::Unreadable][..]), (Fault::HugeNal, &[LiveError::TooLarge])]
    {
        let (_sim, lane) = site().await;
        lane.fault(fault);
        let mut pictures = live(&lane).open_live().await.unwrap();
        let told = loop {
            match next(&mut pictures).await {
                Ok(_) => {}
                Err(error) => break error,
            }
        };
        assert!(reasons.contains(&told), "{fault}: {told}");
    }
}

#[tokio::test]
async fn a_camera_that_is_gone_is_an_error_at_once_and_in_mid_stream() {
    let (_sim, lane) = site().await;
    let camera = live(&lane);
    let mut pictures = camera.open_live().await.unwrap();
    unit(&mut pictures).await;
    lane.fault(Fault::Offline);
    while next(&mut pictures).await.is_ok() {}
    let told = camera.open_live().await.err().unwrap();
    assert!(matches!(&told, LiveError::Device(error) if !error.reached()), "{told}");
    lane.clear_faults();
    let mut pictures = opened(&camera).await;
    unit(&mut pictures).await;
}

#[tokio::test]
async fn without_an_rtsp_address_of_its_own_the_makers_is_used() {
    let (_sim, lane) = site().await;
    // Nobody listens on port 554 here, so the other way is taken.
    let mut pictures = opened(&driver(&lane)).await;
    assert!(matches!(next(&mut pictures).await, Ok(LivePicture::Jpeg(_))));
}
