/** Made openings, as many as one likes: the same row for the same place, so that pages fit together. */
import { hourOf } from '$lib/ui/format';
import type { Holder, LaneHit, Opening, OpeningFilter, ReasonChoice } from '..';
import { chenyu, chief, guard, lanes, lisi, soon } from './sample';
import { pictureOf } from './scene';

const choice = (code: string, text: string, more: Partial<ReasonChoice> = {}): ReasonChoice => ({
  code,
  text,
  remark: true,
  photos_min: 1,
  photos_max: 3,
  approval: false,
  ...more,
});
export const reasonChoices: ReasonChoice[] = [
  choice('special_vehicle', '特殊车辆'),
  choice('special_person', '特殊人员', { approval: true }),
  choice('non_motor', '非机动车'),
  choice('emergency', '应急车辆', { photos_min: 0, remark: false }),
  choice('no_entry_record', '无进场记录'),
  choice('paid_but_stuck', '已缴费未抬杆'),
  choice('misread', '识别错误'),
  choice('device_fault', '设备故障'),
  choice('network_down', '网络故障'),
  choice('other', '其他'),
];

const start = Date.now();
/** A small number that looks random and is always the same for the same place. */
const of = (place: number, salt: number, many: number): number => {
  const mixed = Math.imul(place + 1, 2654435761) ^ Math.imul(salt + 7, 40503);
  return ((mixed ^ (mixed >>> 13)) >>> 0) % many;
};
const at = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;

const plates: [string, string | null][] = [
  ['粤B80D56', 'blue'],
  ['粤A6Q188', 'blue'],
  ['粤BF30917', 'green'],
  ['京A1234警', 'white'],
  ['粤B33T20', 'yellow'],
  ['粤L9K772', 'blue'],
  ['粤B7H0P1', 'blue'],
  ['使014578', 'black'],
];
const remarks = [
  '司机称下午由北门进场，岗亭手动抬杆',
  '=HYPERLINK("http://x","点我")',
  '值班经理电话确认',
  '<img src=x onerror=alert(1)>',
];
const staff: Holder[] = [guard, lisi, chenyu, { id: 'zhaoq', name: '赵强', role: 'lot_staff' }];

/** Seconds between openings, shorter in the rush hours of the sample. */
export const STEP_S = 171;

export function openingAt(place: number): Opening {
  const lane = at(lanes, of(place, 1, lanes.length)) as LaneHit;
  const abnormal = of(place, 2, 4) !== 0 || place < 8;
  const [plate, color] = at(plates, place < 8 ? place : of(place, 3, 8));
  const direction = lane.direction === 'both' ? 'exit' : lane.direction;
  const reason = at(reasonChoices, of(place, 4, 10));
  const result = place === 2 ? 'unknown' : place === 6 ? 'refused' : 'opened';
  const moment = start - place * STEP_S * 1000 - of(place, 5, 90) * 1000;
  const due = direction === 'exit' && abnormal ? [2500, 0, 1200, 800, 1800, 1500][of(place, 6, 6)] : undefined;
  const opening: Opening = {
    id: `op-${place}`,
    order_id: `order-${place}`,
    case: `case-${place}`,
    kind: abnormal ? 'abnormal' : 'normal',
    lot: lane.lot,
    lane: { id: lane.id, name: lane.name, code: lane.code },
    direction,
    person: at(staff, of(place, 7, 4)),
    source: of(place, 8, 3) === 0 ? 'call' : 'query',
    assessment: abnormal ? 'no_entry_record' : 'pass_valid',
    photos: abnormal && direction === 'exit' ? [`ph-${place}-1`, `ph-${place}-2`].slice(0, 1 + of(place, 9, 2)) : [],
    picture_before: pictureOf({
      plate,
      car: at(['#9a3a2e', '#44689c', '#d4d8da', '#2d3640'], place),
      night: true,
      arm: 1.2,
    }),
    picture_after: pictureOf({ night: true, arm: -74 }),
    claimed_at: new Date(moment - 220_000).toISOString(),
    at: new Date(moment).toISOString(),
    result,
    barrier_before: 'closed',
    barrier_after: result === 'opened' ? 'open' : result === 'unknown' ? 'unknown' : 'closed',
    passage: result === 'opened' ? 'passed' : 'none',
  };
  if (of(place, 10, 9) !== 3) Object.assign(opening, { plate, plate_read: plate, plate_color: color });
  if (due !== undefined) opening.due_fen = due;
  if (abnormal) {
    opening.reason = reason.code;
    opening.remark = at(remarks, of(place, 11, 4));
    if (due) opening.unpaid = of(place, 12, 2) ? 'debt' : 'waive';
    if (reason.approval) opening.approved_by = chief;
  }
  if (opening.unpaid === 'debt') opening.debt_state = place % 3 ? 'open' : 'settled';
  return opening;
}

/** A release of this person whose photo is still to be brought. */
export function owingOf(person: Holder): Opening {
  const opening: Opening = { ...openingAt(1), id: 'op-owing', direction: 'exit', kind: 'abnormal', person, photos: [] };
  opening.photos_owed = { missing: 1, due_at: soon(25 * 60) };
  return opening;
}

export function suits(filter: OpeningFilter, row: Opening): boolean {
  const same = (wanted: unknown, is: unknown) => wanted == null || wanted === is;
  return (
    same(filter.lot, row.lot.id) &&
    same(filter.lane, row.lane.id) &&
    same(filter.kind, row.kind) &&
    same(filter.reason, row.reason) &&
    same(filter.direction, row.direction) &&
    same(filter.person, row.person.id) &&
    same(filter.source, row.source) &&
    same(filter.result, row.result) &&
    same(filter.passage, row.passage) &&
    (!filter.owing || ((row.photos_owed?.missing ?? 0) > 0 && !row.photos_owed?.closed)) &&
    (!filter.plate || (row.plate ?? '').includes(filter.plate.toUpperCase())) &&
    (filter.hour == null || hourOf(row.at) === filter.hour) &&
    (!filter.from || row.at >= filter.from) &&
    (!filter.to || row.at < filter.to)
  );
}
