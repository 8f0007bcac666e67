use super::*;

fn view(vehicle: Option<Vehicle>, night: bool, bar: f32) -> View {
    View {
        label: "E02 东门出口".to_owned(),
        at: "2026-11-22T06:25:51Z".parse().unwrap(),
        night: Some(night),
        vehicle,
        bar,
    }
}

#[test]
fn every_kind_of_scene_is_a_jpeg_of_the_said_size() {
    for plate in ["粤B12345", "粤BD12345", "粤B1234挂", "粤B1234警", "粤Z1234港"] {
        for night in [false, true] {
            let jpeg = draw(&view(Some(Vehicle::new(plate)), night, 0.5));
            assert!(jpeg.starts_with(&[0xff, 0xd8, 0xff]) && jpeg.ends_with(&[0xff, 0xd9]));
            assert!(jpeg.len() > 20_000, "{plate} {night}: {}", jpeg.len());
        }
    }
    assert!(draw_plate(&Vehicle::new("粤B12345").read_as("粤B1Z345")).len() > 3_000);
    assert!(draw(&view(None, false, 1.0)).len() > 20_000);
}

#[test]
fn each_camera_of_a_lane_sees_something_else_at_the_same_moment() {
    let view = view(Some(Vehicle::new("粤B12345")), false, 0.0);
    let seen = Angle::ALL.map(|angle| draw_from(angle, &view));
    assert_eq!(seen[0], draw(&view));
    for (at, one) in seen.iter().enumerate() {
        assert!(one.len() > 20_000 && !seen[..at].contains(one));
    }
    for angle in Angle::ALL {
        let moment = draw_moment(angle, view.clone(), view.at, 7);
        assert!(moment.starts_with(&[0xff, 0xd8, 0xff]));
    }
}

#[test]
fn what_changed_at_the_lane_changes_the_picture() {
    let vehicle = || Some(Vehicle::new("粤B12345"));
    let one = draw(&view(vehicle(), false, 0.0));
    assert_eq!(one, draw(&view(vehicle(), false, 0.0)));
    assert_ne!(one, draw(&view(vehicle(), false, 1.0)));
    assert_ne!(one, draw(&view(Some(Vehicle::new("粤B12346")), false, 0.0)));
    let mut later = view(vehicle(), false, 0.0);
    later.at = later.at.plus_ms(1000);
    assert_ne!(one, draw(&later));
}

#[test]
fn the_plate_stands_where_the_camera_says() {
    let [x, y, width, height] = plate_rect();
    let parts = [x, y, width, height].map(|part| f32::from(u16::try_from(part).unwrap()) / 1000.0);
    let size = [1280.0, 720.0, 1280.0, 720.0];
    for ((part, size), pixel) in parts.into_iter().zip(size).zip(PLATE) {
        assert!((part * size - pixel).abs() < 1.0, "{part} {size} {pixel}");
    }
}
