/** The record as supervisors see it: approvals, debts, rises, warnings, statistics, report and audit head. */
import type { Bar, By, Debt, Opening, Report, Rise, Statistics, Warning } from '$lib/backend';
import { openingsOf } from '$lib/backend/memory/record';
import { Refusal, type Rooms } from '$lib/backend/memory/rooms';
import { openingAt, reasonChoices } from '$lib/backend/memory/rows';
import { ago, at, chief, guard, lisi, soon } from '$lib/backend/memory/sample';
import { pictureOf } from '$lib/backend/memory/scene';
import { hourOf } from '$lib/ui/format';
import type { Office, Script } from './desk';

export function sampleDebts(): Debt[] {
  const filed = (place: number, more: Partial<Debt>): Debt => ({
    id: `debt-${place}`,
    ...at('E02'),
    case: `case-${place}`,
    opening: `op-${place}`,
    plate: '粤B80D56',
    amount_fen: 2500,
    person: guard,
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

function sampleRises(): Rise[] {
  const seen = { down_at: ago(5212), plate: '粤B7H0P1', picture: pictureOf({ plate: '粤B7H0P1', arm: -74 }) };
  return [
    { id: 'rise-1', ...at('E02'), device: 'cam-E02', at: ago(5200), ...seen },
    { id: 'rise-2', ...at('N01'), device: 'cam-N01', at: ago(91_000) },
  ];
}

export function sampleWarnings(): Warning[] {
  const [{ lot }, person] = [at('E02'), guard];
  const warning = (id: string, pattern: Warning['pattern'], detail: string, openings: string[]): Warning => {
    return { id, pattern, detail, lot, openings, at: ago(600) };
  };
  const same = '同一车牌 30 天内第 3 次异常出场，前两次也由张三放行。';
  return [
    { ...warning('w-1', 'same_plate', same, ['op-0', 'op-8', 'op-31']), person, plate: '粤B80D56' },
    { ...warning('w-2', 'hasty', '锁定 9 秒后放行。', ['op-4']), person },
    warning('w-3', 'borrowed_pass', '更正后的车牌与识别差 2 位，且该月卡车已在场内。', ['op-1']),
  ];
}

const barOf: Record<By, (row: Opening) => [key: string, label: string]> = {
  lot: (row) => [row.lot.id, row.lot.name],
  lane: (row) => [row.lane.id, `${row.lot.name} ${row.lane.name}`],
  person: (row) => [row.person.id, row.person.name],
  reason: (row) => [row.reason ?? '', reasonChoices.find((each) => each.code === row.reason)?.text ?? '正常放行'],
  hour: (row) => {
    const hour = String(hourOf(row.at)).padStart(2, '0');
    return [hour, hour];
  },
};

function counted(rows: Opening[], by: By): Statistics {
  const bars = new Map<string, Bar>();
  const seen = new Map<string, number>();
  const sum: Statistics = { openings: 0, abnormal: 0, unpaid: 0, unpaid_fen: 0, bars: [], same_plates: [] };
  for (const row of rows) {
    const [key, label] = barOf[by](row);
    const bar = bars.get(key) ?? { key, label, openings: 0, abnormal: 0, unpaid: 0, unpaid_fen: 0 };
    const unpaid = row.due_fen ?? 0;
    for (const part of [bar, sum]) {
      part.openings += 1;
      part.abnormal += row.kind === 'abnormal' ? 1 : 0;
      part.unpaid += unpaid > 0 ? 1 : 0;
      part.unpaid_fen += unpaid;
    }
    bars.set(key, bar);
    if (row.plate) seen.set(row.plate, (seen.get(row.plate) ?? 0) + 1);
  }
  sum.bars = [...bars.values()].sort((a, b) => (by === 'hour' ? a.key.localeCompare(b.key) : b.openings - a.openings));
  sum.same_plates = [...seen]
    .filter(([, openings]) => openings > 1)
    .sort((a, b) => b[1] - a[1])
    .slice(0, 20)
    .map(([plate, openings]) => ({ plate, openings, abnormal: openings }));
  return sum;
}

function head() {
  const hex = (salt: number, many: number) =>
    Array.from({ length: many }, (_, turn) => ((turn * 7 + salt * 13) % 16).toString(16)).join('');
  const cells = Array.from({ length: 441 }, (_, turn) => ((turn * 2654435761) >>> 7) % 3 === 0);
  const drawn = cells.map((on, turn) => (on ? `M${turn % 21} ${Math.floor(turn / 21)}h1v1h-1z` : '')).join('');
  return {
    at: soon(),
    chains: [
      { chain: 'openings', seq: 18233, hash: hex(1, 64) },
      { chain: 'access', seq: 2291, hash: hex(2, 64) },
    ],
    digest: hex(3, 64),
    signature: hex(4, 128),
    public_key: hex(5, 64),
    qr_svg: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-1 -1 23 23"><path fill="#fff" d="M-1-1h23v23H-1z"/><path d="${drawn}"/></svg>`,
  };
}

export function record(lot: Office, script: Script): Rooms {
  let read: Report['acknowledged'] = [];
  let exporting = 0;
  const found = <T extends { id: string }>(rows: T[], id: string): T => {
    const row = rows.find((each) => each.id === id);
    if (!row) throw new Refusal('not_found', '没有找到。', { status: 404 });
    return row;
  };
  const report = (day: string): Report => {
    const figures = { unknown: 1, without_passage: 4, rises: 2, debts: 9, debts_fen: 21600, warnings: 3 };
    return { day, openings: counted(openingsOf(lot, script, {}, 500), 'reason'), ...figures, acknowledged: read };
  };
  return {
    approvals: () => lot.asked.map((each) => ({ ...each })),
    answerApproval: (id, { answer, note }) => {
      const asked = found(lot.asked, id);
      const state = answer === 'allow' ? 'allowed' : 'denied';
      Object.assign(asked, { state, answered_by: chief, ...(note ? { note } : {}) });
      const facts = { ...asked };
      lot.tell({ type: 'approval', approval: id, case: asked.case, facts });
      return facts;
    },
    closePhotos: (id, reason) => {
      lot.sent.push(`close-photos:${id}:${reason}`);
      const row = openingAt(Number(id.slice(3)));
      const closed = { by: lot.me, at: soon(), reason };
      return { ...row, photos: [], photos_owed: { missing: 1, due_at: row.at, closed } };
    },
    openingStatistics: (filter, by) => counted(openingsOf(lot, script, filter, 3000), by),
    exportOpenings: async (filter, format) => {
      lot.sent.push(`export:${format}`);
      const run = ++exporting;
      const rows = openingsOf(lot, script, filter, 3000).length;
      for (let share = 1; share <= 10; share += 1) {
        await new Promise((done) => setTimeout(done, 120));
        if (run !== exporting) return null;
        lot.listeners?.exportProgress({ rows: Math.round((rows * share) / 10), bytes: rows * share * 20 });
      }
      return { path: `/home/chief/下载/开闸记录-2026-11-22.${format}`, rows };
    },
    cancelExport: () => (exporting += 1),
    rises: () => ({ items: sampleRises() }),
    debts: ({ state, plate }) => ({
      items: lot.filed.filter(
        (debt) => (!state || debt.state === state) && (!plate || (debt.plate ?? '').includes(plate)),
      ),
    }),
    waiveDebt: (id, note) => Object.assign(found(lot.filed, id), { state: 'waived', note, ended_at: soon() }),
    warnings: () => ({ items: [...lot.told] }),
    dismissWarning: (id, dismissed_why) => Object.assign(found(lot.told, id), { dismissed_by: lot.me, dismissed_why }),
    report,
    acknowledgeReport: (day) => {
      lot.sent.push('acknowledge');
      read = [{ by: lot.me, at: soon() }];
      return report(day);
    },
    auditHead: head,
    holdPhoto: (_id, { reason }) => lot.sent.push(`hold:${reason}`),
  };
}
