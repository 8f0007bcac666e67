use super::*;
use proptest::prelude::*;

fn push(units: &mut Depacketizer, ticks: i64, last: bool, payload: &[u8]) -> Vec<AccessUnit> {
    lossy(units, ticks, last, false, payload).unwrap()
}

fn lossy(
    units: &mut Depacketizer,
    ticks: i64,
    end: bool,
    lost: bool,
    payload: &[u8],
) -> Result<Vec<AccessUnit>, LiveError> {
    let mut ready = VecDeque::new();
    let packet = Packet { payload, ticks, last: end, lost };
    units.push(&packet, &mut ready)?;
    Ok(ready.into())
}

#[test]
fn parts_and_aggregates_become_the_units_they_were() {
    let mut units = Depacketizer::new(None);
    assert!(push(&mut units, 1, false, &[24, 0, 2, 6, 5, 0, 3, 0x65, 1, 2]).is_empty());
    assert!(push(&mut units, 1, false, &[0x7c, 0x85, 9]).is_empty());
    assert!(push(&mut units, 1, false, &[0x7c, 0x05, 8]).is_empty());
    let ready = push(&mut units, 1, true, &[0x7c, 0x45, 7]);
    let data: &[u8] = &[0, 0, 0, 2, 6, 5, 0, 0, 0, 3, 0x65, 1, 2, 0, 0, 0, 4, 0x65, 9, 8, 7];
    assert_eq!(&ready[0].data[..], data);
    assert!(ready[0].key && !ready[0].gap);
}

#[test]
fn a_picture_ends_with_the_next_ones_time_where_nothing_marks_it() {
    let mut units = Depacketizer::new(None);
    assert!(push(&mut units, 1, false, &[0x41, 1]).is_empty());
    let ready = push(&mut units, 2, false, &[0x41, 2]);
    assert_eq!((ready.len(), ready[0].shown_at, ready[0].key), (1, 1, false));
}

#[test]
fn a_picture_with_something_missing_is_left_out_and_the_next_one_says_so() {
    let mut units = Depacketizer::new(None);
    push(&mut units, 1, false, &[0x7c, 0x85, 9]);
    assert!(lossy(&mut units, 1, true, true, &[0x7c, 0x45, 7]).unwrap().is_empty());
    let ready = push(&mut units, 2, true, &[0x41, 1]);
    assert!(ready[0].gap);
    assert!(!push(&mut units, 3, true, &[0x41, 1])[0].gap);
    // What was lost was the end of the picture before: this one is whole.
    push(&mut units, 4, false, &[0x7c, 0x85, 9]);
    let ready = lossy(&mut units, 5, true, true, &[0x65, 1]).unwrap();
    assert!(ready[0].key && ready[0].gap);
}

#[test]
fn a_picture_that_never_ends_is_an_error_and_not_a_full_memory() {
    let mut units = Depacketizer::new(None);
    push(&mut units, 1, false, &[0x7c, 0x85]);
    let part = [&[0x7c, 0x05][..], &[1; 1400]].concat();
    let told = (0..4000).find_map(|_| lossy(&mut units, 1, false, false, &part).err());
    assert_eq!(told, Some(LiveError::TooLarge));
    assert!(units.unit.data.len() <= LARGEST + part.len());
}

#[test]
fn sets_never_stand_among_the_pictures() {
    let mut units = Depacketizer::new(None);
    push(&mut units, 1, false, &[0x67, 1, 2, 3]);
    push(&mut units, 1, false, &[0x7c, 0x88, 9]);
    push(&mut units, 1, false, &[0x7c, 0x48, 9]);
    let ready = push(&mut units, 1, true, &[0x65, 1]);
    assert_eq!(&ready[0].data[..], &[0, 0, 0, 2, 0x65, 1]);
    assert_eq!(ready[0].parameters, None, "these sets say nothing");
}

proptest! {
    #[test]
    fn whatever_comes_ends(
        packets in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..60), 0i64..4, any::<bool>(), any::<bool>()), 0..60)
    ) {
        let mut units = Depacketizer::new(None);
        for (payload, ticks, last, lost) in packets {
            for unit in lossy(&mut units, ticks, last, lost, &payload).unwrap() {
                let mut rest = &unit.data[..];
                while let [a, b, c, d, after @ ..] = rest {
                    let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
                    prop_assert!(length > 0 && length <= after.len());
                    rest = &after[length..];
                }
                prop_assert!(rest.is_empty());
            }
        }
    }
}
