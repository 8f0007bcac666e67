/** What the preview's record begins with: one approval, a few debts, rises and warnings. */
import type { Approval, Debt, Holder, Rise, Warning } from '..';
import { ago, lanes, lisi } from './sample';
import { pictureOf } from './scene';

const laneOf = (id: string) => lanes.find((lane) => lane.id === id) ?? lanes[1];
const lotAndLane = (id: string) => {
  const { lot, name, code } = laneOf(id) as (typeof lanes)[number];
  return { lot, lane: { id, name, code } };
};

export function sampleApproval(): Approval {
  return {
    id: 'leave-0',
    case: 'case-77',
    ...lotAndLane('S01'),
    direction: 'exit',
    plate: '粤B33T20',
    assessment: 'no_entry_record',
    due_fen: 4000,
    reason: 'special_person',
    remark: '业主家属就医，证件已核对。',
    photos: ['ph-1-1', 'ph-1-2'],
    by: lisi,
    asked_at: ago(24),
    expires_at: new Date(Date.now() + 156_000).toISOString(),
    state: 'waiting',
  };
}

export function sampleDebts(): Debt[] {
  const filed = (place: number, more: Partial<Debt>): Debt => ({
    id: `debt-${place}`,
    ...lotAndLane('E02'),
    case: `case-${place}`,
    opening: `op-${place}`,
    plate: '粤B80D56',
    amount_fen: 2500,
    person: { id: 'guard', name: '张三', role: 'lot_staff' },
    filed_at: ago(4000 + place * 30_000),
    state: 'open',
    ...more,
  });
  return [
    filed(1, {}),
    filed(2, { plate: null, phone: '13826001234', amount_fen: 800 }),
    filed(3, { plate: '粤BF30917', amount_fen: 1200, person: lisi }),
    filed(4, { state: 'settled', ended_at: ago(900) }),
  ];
}

export function sampleRises(): Rise[] {
  return [
    {
      id: 'rise-1',
      ...lotAndLane('E02'),
      device: 'cam-E02',
      at: ago(5200),
      down_at: ago(5212),
      plate: '粤B7H0P1',
      picture: pictureOf({ plate: '粤B7H0P1', arm: -74 }),
    },
    { id: 'rise-2', ...lotAndLane('N01'), device: 'cam-N01', at: ago(91_000) },
  ];
}

export function sampleWarnings(): Warning[] {
  const zhang: Holder = { id: 'guard', name: '张三', role: 'lot_staff' };
  const warning = (id: string, pattern: Warning['pattern'], detail: string, openings: string[]): Warning => ({
    id,
    pattern,
    detail,
    lot: (laneOf('E02') as (typeof lanes)[number]).lot,
    openings,
    at: ago(600),
  });
  return [
    {
      ...warning('w-1', 'same_plate', '同一车牌 30 天内第 3 次异常出场，前两次也由张三放行。', [
        'op-0',
        'op-8',
        'op-31',
      ]),
      person: zhang,
      plate: '粤B80D56',
    },
    { ...warning('w-2', 'hasty', '锁定 9 秒后放行。', ['op-4']), person: zhang },
    warning('w-3', 'borrowed_pass', '更正后的车牌与识别差 2 位，且该月卡车已在场内。', ['op-1']),
  ];
}
