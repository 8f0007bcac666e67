/** Sample data of the demo site, for previews and tests. */
import type { Claimed, Holder, LaneHit, Person, Picture, SearchHits, View } from '..';
import { rights } from './rights';
import { robotScreen } from './robot';
import { PLATE_BOX, pictureOf, type Scene } from './scene';

export const people: Record<string, Person> = {
  guard: { id: 'guard', name: '张三', role: 'lot_staff', permissions: rights.lot_staff },
  agent: { id: 'agent', name: '李四', role: 'agent', seat: '2066', permissions: rights.agent },
  chief: { id: 'chief', name: '周敏', role: 'supervisor', permissions: rights.supervisor },
  admin: { id: 'admin', name: '管理员', role: 'admin', permissions: rights.admin },
};
export const lisi: Holder = { id: 'agent', name: '李四', role: 'agent' };
const chenyu: Holder = { id: 'chenyu', name: '陈雨', role: 'lot_staff' };

const start = Date.now();
/** A moment `seconds` before the page was opened. */
export const ago = (seconds: number): string => new Date(start - seconds * 1000).toISOString();
const ahead = (seconds: number): string => ago(-seconds);

/** Where robots stand, and their numbers. */
const robots: Record<string, string> = { E02: 'R-102', S01: 'R-205' };

const caiyue = { id: 'caiyue', name: '彩悦大厦' };
const xinghe = { id: 'xinghe', name: '星河雅居' };
const kechuang = { id: 'kechuang', name: '科创园 B 区' };

const hit = (
  id: string,
  name: string,
  code: string,
  direction: LaneHit['direction'],
  lot: LaneHit['lot'],
): LaneHit => ({
  id,
  name,
  code,
  direction,
  lot,
  has_robot: id in robots,
});

export const lanes: LaneHit[] = [
  hit('E01', '东门进口', 'E-01', 'entry', caiyue),
  hit('E02', '东门出口', 'E-02', 'exit', caiyue),
  { ...hit('W01', '西门进口', 'W-01', 'entry', caiyue), held: { holder: chenyu, since: ago(37) } },
  hit('W02', '西门出入口', 'W-02', 'both', caiyue),
  hit('S01', '南门出口', 'S-01', 'exit', xinghe),
  hit('N01', '北门进口', 'N-01', 'entry', xinghe),
  { ...hit('K01', '1 号出口', 'K-01', 'exit', kechuang), held: { holder: lisi, since: ago(134) } },
];

const initials: Record<string, string> = { caiyue: 'cydd', xinghe: 'xhyj', kechuang: 'kcyb' };

export function sampleHits(query: string): SearchHits {
  const text = query.toLowerCase();
  const found = lanes.filter(
    (lane) =>
      text === '' || `${lane.lot.name}${lane.name}${lane.code}${initials[lane.lot.id]}`.toLowerCase().includes(text),
  );
  const lots = [...new Map(found.map((lane) => [lane.lot.id, lane.lot])).values()];
  return { lots, lanes: found };
}

const picture = (scene: Scene, taken: string, more: Partial<Picture> = {}): Picture => ({
  url: pictureOf(scene),
  doubtful: [],
  taken_at: taken,
  ...(scene.plate ? { plate_box: PLATE_BOX } : {}),
  ...more,
});

const basics = (lane: LaneHit): Omit<View, 'assessment'> => ({
  lot: {
    id: lane.lot.id,
    name: lane.lot.name,
    manager: '王强',
    manager_phone: '13826004417',
    outsiders: true,
    leave_minutes: 15,
    tariff: { free_minutes: 15, first_minutes: 60, first_fen: 500, step_minutes: 60, step_fen: 400, day_cap_fen: 4000 },
  },
  lane: {
    id: lane.id,
    name: lane.name,
    code: lane.code,
    direction: lane.direction,
    environment_cameras: lane.id === 'E02' ? ['env1', 'env2'] : lane.id === 'S01' ? ['env1'] : [],
    id_camera: lane.id === 'E02',
  },
  ...(lane.has_robot
    ? {
        robot: {
          number: robots[lane.id] ?? '',
          phone: '075588321102',
          online: true,
          scene: 'welcome',
          light: 'green',
          screen: { url: robotScreen('welcome'), at: ago(9) },
          seen_at: ago(4),
        },
      }
    : {}),
  barrier: { state: 'closed', at: ago(2), online: true },
  candidates: [],
  offers: [
    { op: 'refresh_picture', needs: [] },
    { op: 'correct_plate', needs: [] },
  ],
  timeline: [],
});

const openOffers: View['offers'] = [
  { op: 'open', needs: [] },
  { op: 'close', needs: ['clear'] },
  { op: 'refresh_picture', needs: [] },
  { op: 'correct_plate', needs: [] },
  { op: 'find_phone', needs: [] },
  { op: 'release', needs: ['reason', 'remark', 'photos'] },
];
const robotOffers: View['offers'] = [
  { op: 'speak', needs: [] },
  { op: 'show_text', needs: [] },
  { op: 'restart', needs: [] },
];
const closedOffers = openOffers.filter((offer) => offer.op !== 'open');

const payOffer: View['offers'][number] = { op: 'show_qr', needs: [], scenes: ['pay'] };
const cashOffer: View['offers'][number] = { op: 'record_cash', needs: [] };

const caseNow = (read: string | null, direction: 'entry' | 'exit' | null, plate = read): NonNullable<View['case']> => ({
  id: 'case-1',
  state: 'open',
  source: 'query',
  opened_at: ago(79),
  plate_read: read,
  plate,
  corrected: plate !== read,
  direction,
});

const mine = (person: Holder): NonNullable<View['lease']> => ({
  holder: person,
  acquired_at: ago(79),
  expires_at: ahead(521),
});

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

const staff: Holder = { id: 'guard', name: '张三', role: 'lot_staff' };

/** E02 before the correction: 粤B1Z345 is not known inside, its look-alikes are. */
export function misread(holder: Holder = staff): View {
  const lane = lanes[1] as LaneHit;
  const scene: Scene = { plate: '粤B12345', arm: 1.2, dirtAt: 3 };
  return {
    ...basics(lane),
    case: caseNow('粤B1Z345', 'exit'),
    picture: picture(scene, ago(17), { plate: '粤B1Z345', confidence: 71, doubtful: [3] }),
    vehicle: {
      plate: '粤B1Z345',
      color: 'blue',
      status: 'unknown',
      locked: false,
      blacklisted: false,
      abnormal_30d: 0,
    },
    assessment: 'no_entry_record',
    candidates: [
      {
        id: 'stay-1',
        plate: '粤B12345',
        entered_at: ago(18780),
        picture_url: pictureOf({ ...scene, arm: null, dirtAt: null }),
        similarity: 0.94,
      },
      {
        id: 'stay-2',
        plate: '粤B17345',
        entered_at: ago(9400),
        picture_url: pictureOf({ plate: '粤B17345', car: '#fafafa', arm: null }),
        similarity: 0.81,
      },
      {
        id: 'stay-3',
        plate: '粤BD12345',
        entered_at: ago(72000),
        picture_url: pictureOf({ plate: '粤BD12345', car: '#44689c', plateColor: 'green', arm: null }),
        similarity: 0.6,
      },
    ],
    offers: [
      ...closedOffers,
      ...robotOffers,
      { op: 'capture', needs: [] },
      { op: 'choose_vehicle', needs: [] },
      { op: 'file_debt', needs: [] },
    ],
    lease: mine(holder),
    timeline: [
      { at: ago(82), what: 'plate_read', facts: { plate: '粤B1Z345' } },
      { at: ago(79), person: holder, what: 'claimed' },
    ],
  };
}

/** E02 after the correction: a valid pass. */
export function corrected(holder: Holder = staff, plate = '粤B12345'): View {
  const view = misread(holder);
  return {
    ...view,
    case: caseNow('粤B1Z345', 'exit', plate),
    entry_picture: picture({ plate, arm: -74 }, ago(18780), { lane_name: '西门进口' }),
    vehicle: { plate, color: 'blue', pass, status: 'inside', locked: false, blacklisted: false, abnormal_30d: 0 },
    assessment: 'pass_valid',
    payment: {
      stay: 'stay-1',
      entered_at: ago(18780),
      fee_fen: 0,
      discount_fen: 0,
      due_fen: 0,
      paid_fen: 0,
      paid: true,
      quoted_at: ago(9),
    },
    candidates: [],
    offers: [...openOffers, ...robotOffers, { op: 'capture', needs: [] }],
    timeline: [
      ...view.timeline,
      { at: ago(20), person: holder, what: 'corrected', facts: { from: '粤B1Z345', to: plate } },
    ],
  };
}

/** S01: temporary parking that owes or has paid. */
export function temporary(paid: boolean, holder: Holder | null = staff): View {
  const lane = lanes[4] as LaneHit;
  const scene: Scene = { plate: '粤AD12345', plateColor: 'green', car: '#7f97aa', night: true, arm: 1.2 };
  return {
    ...basics(lane),
    ...(holder ? { case: caseNow('粤AD12345', 'exit'), lease: mine(holder) } : {}),
    picture: picture(scene, ago(6), { plate: '粤AD12345', confidence: 98 }),
    entry_picture: picture({ ...scene, night: false, arm: null }, ago(18720), { lane_name: '北门进口' }),
    vehicle: {
      plate: '粤AD12345',
      color: 'green',
      status: 'inside',
      locked: false,
      blacklisted: false,
      abnormal_30d: 1,
    },
    assessment: 'temporary',
    payment: {
      stay: 'stay-9',
      entered_at: ago(18720),
      fee_fen: 2500,
      discount_fen: 0,
      due_fen: paid ? 0 : 2500,
      paid_fen: paid ? 2500 : 0,
      paid,
      quoted_at: ago(20),
      ...(paid ? { paid_at: ago(12) } : {}),
    },
    offers: [...(paid ? openOffers : [payOffer, cashOffer, ...closedOffers]), ...robotOffers],
  };
}

/** K01, held by 李四. */
export function heldByOther(): View {
  const lane = lanes[6] as LaneHit;
  const scene: Scene = { plate: '粤B7K206', car: '#6d2c30', arm: 1.2 };
  return {
    ...basics(lane),
    case: { ...caseNow('粤B7K206', 'exit'), opened_at: ago(168) },
    picture: picture(scene, ago(4), { plate: '粤B7K206', confidence: 99 }),
    entry_picture: picture({ ...scene, arm: -74 }, ago(4280), { lane_name: '2 号进口' }),
    vehicle: { plate: '粤B7K206', color: 'blue', status: 'inside', locked: false, blacklisted: false, abnormal_30d: 0 },
    assessment: 'temporary',
    payment: {
      stay: 'stay-4',
      entered_at: ago(4280),
      fee_fen: 900,
      discount_fen: 0,
      due_fen: 900,
      paid_fen: 0,
      paid: false,
      quoted_at: ago(20),
    },
    offers: [],
    lease: { holder: lisi, acquired_at: ago(168), expires_at: ahead(432) },
  };
}

/** An entry lane with an outsider, a lane both ways whose direction is not known, and a lane without a vehicle. */
export function plainEntry(laneId: string, holder: Holder = staff): View {
  const lane = lanes.find((each) => each.id === laneId) ?? (lanes[0] as LaneHit);
  const both = lane.direction === 'both';
  const seen = lane.id !== 'N01';
  return {
    ...basics(lane),
    case: caseNow(seen ? '粤B80D56' : null, both ? null : 'entry'),
    ...(seen
      ? {
          picture: picture({ plate: '粤B80D56', car: '#2d3640', arm: 1.2 }, ago(3), {
            plate: '粤B80D56',
            confidence: 97,
          }),
        }
      : {}),
    ...(seen
      ? {
          vehicle: {
            plate: '粤B80D56',
            color: 'blue',
            status: 'outside' as const,
            locked: false,
            blacklisted: false,
            abnormal_30d: 0,
          },
        }
      : {}),
    assessment: seen ? 'temporary' : 'unknown',
    offers: both || !seen ? closedOffers : openOffers,
    lease: mine(holder),
  };
}

export function sampleView(laneId: string, holder: Holder = staff): View {
  if (laneId === 'E02') return misread(holder);
  if (laneId === 'S01') return temporary(false, holder);
  if (laneId === 'K01') return heldByOther();
  return plainEntry(laneId, holder);
}

export function sampleClaim(view: View): Claimed {
  return {
    case: { id: view.case?.id ?? 'case-1' },
    lease: { fence: 1, acquired_at: view.lease?.acquired_at ?? ago(0), expires_at: view.lease?.expires_at ?? null },
    view,
  };
}
