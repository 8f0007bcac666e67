/** Sample data of the demo site, for the guide, previews and tests. */
import type { Claimed, Holder, LaneHit, Offer, Op, Payment, Person, Picture, SearchHits, Vehicle, View } from '..';
import { rights } from './rights';
import { robotScreen } from './robot';
import { PLATE_BOX, pictureOf, type Scene } from './scene';

export const people: Record<string, Person> = {
  guard: { id: 'guard', name: '张三', role: 'lot_staff', permissions: rights.lot_staff },
  agent: { id: 'agent', name: '李四', role: 'agent', seat: '2066', permissions: rights.agent },
  chief: { id: 'chief', name: '周敏', role: 'supervisor', permissions: rights.supervisor },
  admin: { id: 'admin', name: '管理员', role: 'admin', permissions: rights.admin },
};
export const guard: Holder = { id: 'guard', name: '张三', role: 'lot_staff' };
export const lisi: Holder = { id: 'agent', name: '李四', role: 'agent' };
export const chenyu: Holder = { id: 'chenyu', name: '陈雨', role: 'lot_staff' };
export const wangwu: Holder = { id: 'wangwu', name: '王五', role: 'agent' };
export const chief: Holder = { id: 'chief', name: '周敏', role: 'supervisor' };

const start = Date.now();
/** A moment `seconds` before the page was opened. */
export const ago = (seconds: number): string => new Date(start - seconds * 1000).toISOString();
/** A moment `seconds` from now. */
export const soon = (seconds = 0): string => new Date(Date.now() + seconds * 1000).toISOString();

/** Where robots stand, and their numbers. */
const robots: Record<string, string> = { E02: 'R-102', S01: 'R-205' };
const caiyue = { id: 'caiyue', name: '彩悦大厦' };
const xinghe = { id: 'xinghe', name: '星河雅居' };
const kechuang = { id: 'kechuang', name: '科创园 B 区' };
const initials: Record<string, string> = { caiyue: 'cydd', xinghe: 'xhyj', kechuang: 'kcyb' };

type Place = [id: string, name: string, lot: LaneHit['lot'], direction: LaneHit['direction'], held?: LaneHit['held']];
const places: Place[] = [
  ['E01', '东门进口', caiyue, 'entry'],
  ['E02', '东门出口', caiyue, 'exit'],
  ['W01', '西门进口', caiyue, 'entry', { holder: chenyu, since: ago(37) }],
  ['W02', '西门出入口', caiyue, 'both'],
  ['S01', '南门出口', xinghe, 'exit'],
  ['N01', '北门进口', xinghe, 'entry'],
  ['K01', '1 号出口', kechuang, 'exit', { holder: lisi, since: ago(134) }],
];
export const lanes: LaneHit[] = places.map(([id, name, lot, direction, held]) => {
  const code = `${id.slice(0, 1)}-${id.slice(1)}`;
  return { id, name, code, direction, lot, has_robot: id in robots, ...(held ? { held } : {}) };
});
export const laneOf = (id: string): LaneHit => lanes.find((lane) => lane.id === id) ?? (lanes[0] as LaneHit);
/** A lane and its lot as rows name them. */
export function at(id: string) {
  const { lot, name, code } = laneOf(id);
  return { lot, lane: { id, name, code } };
}
/** The same of the lane on the page. */
export const placeOf = ({ lot, lane }: View) => ({
  lot: { id: lot.id, name: lot.name },
  lane: { id: lane.id, name: lane.name, code: lane.code },
});

export function sampleHits(query: string): SearchHits {
  const text = query.toLowerCase();
  const found = lanes.filter(({ lot, name, code }) =>
    `${lot.name}${name}${code}${initials[lot.id]}`.toLowerCase().includes(text),
  );
  return { lots: [...new Map(found.map(({ lot }) => [lot.id, lot])).values()], lanes: found };
}

const picture = (scene: Scene, taken_at: string, more: Partial<Picture> = {}): Picture => {
  const box = scene.plate ? { plate_box: PLATE_BOX } : {};
  return { url: pictureOf(scene), doubtful: [], taken_at, ...box, ...more };
};
const vehicle = (plate: string, status: Vehicle['status'], more: Partial<Vehicle> = {}): Vehicle => {
  return { plate, color: 'blue', status, locked: false, blacklisted: false, abnormal_30d: 0, ...more };
};
const payment = (stay: string, entered: number, fee_fen: number, paid: boolean, quoted = 20): Payment => {
  const [due_fen, paid_fen] = paid ? [0, fee_fen] : [fee_fen, 0];
  const entered_at = ago(entered);
  return { stay, entered_at, fee_fen, discount_fen: 0, due_fen, paid_fen, paid, quoted_at: ago(quoted) };
};
const offers = (...ops: Op[]): Offer[] => ops.map((op) => ({ op, needs: [] }));

function basics({ id, name, code, direction, lot }: LaneHit): Omit<View, 'assessment'> {
  const tariff = { free_minutes: 15, first_minutes: 60, first_fen: 500, step_minutes: 60, step_fen: 400 };
  const [number, scene] = [robots[id], 'welcome' as const];
  const screen = { url: robotScreen(scene), at: ago(9) };
  const robot = { phone: '075588321102', online: true, scene, light: 'green' as const, screen, seen_at: ago(4) };
  return {
    lot: {
      ...lot,
      manager: '王强',
      manager_phone: '13826004417',
      outsiders: true,
      leave_minutes: 15,
      tariff: { ...tariff, day_cap_fen: 4000 },
    },
    lane: {
      id,
      name,
      code,
      direction,
      environment_cameras: id === 'E02' ? ['env1', 'env2'] : id === 'S01' ? ['env1'] : [],
      id_camera: id === 'E02',
    },
    ...(number ? { robot: { number, ...robot } } : {}),
    barrier: { state: 'closed', at: ago(2), online: true },
    candidates: [],
    offers: offers('refresh_picture', 'correct_plate'),
    timeline: [],
  };
}

const closedOffers: Offer[] = [
  { op: 'close', needs: ['clear'] },
  ...offers('refresh_picture', 'correct_plate', 'find_phone'),
  { op: 'release', needs: ['reason', 'remark', 'photos'] },
];
const openOffers = [...offers('open'), ...closedOffers];
const robotOffers = offers('speak', 'show_text', 'restart');

type CaseNow = NonNullable<View['case']>;
const caseNow = (read: string | null, direction: CaseNow['direction'], plate = read): CaseNow => ({
  id: 'case-1',
  state: 'open',
  source: 'query',
  opened_at: ago(79),
  plate_read: read,
  plate,
  corrected: plate !== read,
  direction,
});
const mine = (holder: Holder) => ({ holder, acquired_at: ago(79), expires_at: ago(-521) });

/** E02 before the correction: 粤B1Z345 is not known inside, its look-alikes are. */
export function misread(holder: Holder = guard): View {
  const scene: Scene = { plate: '粤B12345', arm: 1.2, dirtAt: 3 };
  const candidate = (id: string, seen: Scene, entered: number, similarity: number) => {
    const picture_url = pictureOf({ ...seen, arm: null });
    return { id, plate: seen.plate ?? '', entered_at: ago(entered), picture_url, similarity };
  };
  return {
    ...basics(laneOf('E02')),
    case: caseNow('粤B1Z345', 'exit'),
    picture: picture(scene, ago(17), { plate: '粤B1Z345', confidence: 71, doubtful: [3] }),
    vehicle: vehicle('粤B1Z345', 'unknown'),
    assessment: 'no_entry_record',
    candidates: [
      candidate('stay-1', { ...scene, dirtAt: null }, 18780, 0.94),
      candidate('stay-2', { plate: '粤B17345', car: '#fafafa' }, 9400, 0.81),
      candidate('stay-3', { plate: '粤BD12345', car: '#44689c', plateColor: 'green' }, 72000, 0.6),
    ],
    offers: [...closedOffers, ...robotOffers, ...offers('capture', 'choose_vehicle', 'file_debt')],
    lease: mine(holder),
    timeline: [
      { at: ago(82), what: 'plate_read', facts: { plate: '粤B1Z345' } },
      { at: ago(79), person: holder, what: 'claimed' },
    ],
  };
}

/** E02 after the correction: a valid pass. */
export function corrected(holder: Holder = guard, plate = '粤B12345'): View {
  const view = misread(holder);
  const pass = {
    status: 'active' as const,
    valid_from: '2026-02-01T00:00:00+08:00',
    valid_to: '2027-01-31T23:59:59+08:00',
    expired: false,
    days_over: 0,
    spaces: 2,
    spaces_taken: 1,
    plates: ['粤B12345', '粤B8K660'],
  };
  const facts = { from: '粤B1Z345', to: plate };
  return {
    ...view,
    case: caseNow('粤B1Z345', 'exit', plate),
    entry_picture: picture({ plate, arm: -74 }, ago(18780), { lane_name: '西门进口' }),
    vehicle: vehicle(plate, 'inside', { pass }),
    assessment: 'pass_valid',
    payment: payment('stay-1', 18780, 0, true, 9),
    candidates: [],
    offers: [...openOffers, ...robotOffers, ...offers('capture')],
    timeline: [...view.timeline, { at: ago(20), person: holder, what: 'corrected', facts }],
  };
}

/** S01: temporary parking that owes or has paid. */
export function temporary(paid: boolean, holder: Holder | null = guard): View {
  const scene: Scene = { plate: '粤AD12345', plateColor: 'green', car: '#7f97aa', night: true, arm: 1.2 };
  const toPay: Offer[] = [{ op: 'show_qr', needs: [], scenes: ['pay'] }, ...offers('record_cash'), ...closedOffers];
  return {
    ...basics(laneOf('S01')),
    ...(holder ? { case: caseNow('粤AD12345', 'exit'), lease: mine(holder) } : {}),
    picture: picture(scene, ago(6), { plate: '粤AD12345', confidence: 98 }),
    entry_picture: picture({ ...scene, night: false, arm: null }, ago(18720), { lane_name: '北门进口' }),
    vehicle: vehicle('粤AD12345', 'inside', { color: 'green', abnormal_30d: 1 }),
    assessment: 'temporary',
    payment: { ...payment('stay-9', 18720, 2500, paid), ...(paid ? { paid_at: ago(12) } : {}) },
    offers: [...(paid ? openOffers : toPay), ...robotOffers],
  };
}

/** K01, held by 李四. */
export function heldByOther(): View {
  const scene: Scene = { plate: '粤B7K206', car: '#6d2c30', arm: 1.2 };
  return {
    ...basics(laneOf('K01')),
    case: { ...caseNow('粤B7K206', 'exit'), opened_at: ago(168) },
    picture: picture(scene, ago(4), { plate: '粤B7K206', confidence: 99 }),
    entry_picture: picture({ ...scene, arm: -74 }, ago(4280), { lane_name: '2 号进口' }),
    vehicle: vehicle('粤B7K206', 'inside'),
    assessment: 'temporary',
    payment: payment('stay-4', 4280, 900, false),
    offers: [],
    lease: { holder: lisi, acquired_at: ago(168), expires_at: ago(-432) },
  };
}

/** An entry lane with an outsider, a lane both ways whose direction is not known, and a lane without a vehicle. */
export function plainEntry(laneId: string, holder: Holder = guard): View {
  const lane = laneOf(laneId);
  const both = lane.direction === 'both';
  const seen = lane.id !== 'N01';
  const scene: Scene = { plate: '粤B80D56', car: '#2d3640', arm: 1.2 };
  const there = {
    picture: picture(scene, ago(3), { plate: '粤B80D56', confidence: 97 }),
    vehicle: vehicle('粤B80D56', 'outside'),
  };
  return {
    ...basics(lane),
    case: caseNow(seen ? '粤B80D56' : null, both ? null : 'entry'),
    ...(seen ? there : {}),
    assessment: seen ? 'temporary' : 'unknown',
    offers: both || !seen ? closedOffers : openOffers,
    lease: mine(holder),
  };
}

export function sampleView(laneId: string, holder: Holder = guard): View {
  if (laneId === 'E02') return misread(holder);
  if (laneId === 'S01') return temporary(false, holder);
  if (laneId === 'K01') return heldByOther();
  return plainEntry(laneId, holder);
}

export function sampleClaim(view: View): Claimed {
  const { acquired_at = ago(0), expires_at = null } = view.lease ?? {};
  return { case: { id: view.case?.id ?? 'case-1' }, lease: { fence: 1, acquired_at, expires_at }, view };
}
