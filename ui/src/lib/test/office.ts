/** Board, help, devices, figures and cash. */
import type { BoardItem, Cash, DeviceHealth, Maintenance } from '$lib/backend';
import { sampleApproval } from '$lib/backend/memory/record';
import { Refusal, type Rooms } from '$lib/backend/memory/rooms';
import {
  ago,
  at,
  chenyu,
  corrected,
  guard,
  lanes,
  lisi,
  sampleClaim,
  sampleView,
  soon,
} from '$lib/backend/memory/sample';
import type { Office } from './desk';
import { sampleCases, sampleMorning } from './morning';
import { sampleCallsOf, sampleCash, sampleCasesOf, sampleOutages, sampleStays } from './past';

const silent = '5 秒内没有回应';

export function repair(lot: Office, device: string, note: string): Maintenance {
  return { id: lot.next('repair'), device, lot: at('S01').lot, state: 'open', note, by: chenyu, at: ago(5400) };
}

export function board(lot: Office): Rooms {
  const tellHelp = (of: string) => {
    const help = lot.asking.find((each) => each.case === of);
    lot.tell({ type: 'help', case: of, ...(help ? { help } : {}) });
  };
  return {
    board: () => {
      const items = lanes.flatMap(({ held, ...lane }): BoardItem[] => {
        if (!held) return [];
        const expires_at = ago(lane.id === 'W01' ? -48 : -409);
        return [{ lane, lot: lane.lot, case: `case-${lane.id}`, ...held, expires_at, source: 'query' }];
      });
      const live = { holder: lisi, since: ago(42), expires_at: null, source: 'call' as const };
      return {
        items: [...items, { ...at('S01'), case: 'case-S01', ...live }],
        queue: lot.callsNow
          .filter((each) => each.state === 'waiting')
          .map(({ id, caller, since, lot: of, lane }) => ({
            id,
            caller: caller ?? '',
            since: since ?? ago(48),
            ...(of ? { lot: of } : {}),
            ...(lane ? { lane } : {}),
          })),
        offline: [
          { id: 'cam-N01', since: ago(752), error: silent },
          { id: 'robot-210', since: ago(3840), error: '机器人没有连接' },
        ],
        help: lot.asking,
        today: { openings: 184, abnormal: 41, unknown: 1, rises: 6, approvals: 1 },
      };
    },
    takeOverLane: (lane) => {
      const lease = { holder: lot.me, acquired_at: ago(0), expires_at: ago(-600) };
      return sampleClaim(lot.turn({ ...sampleView(lane, lot.me), lease, offers: corrected().offers }));
    },
    askHelp: (caseId, note) => {
      const view = lot.view;
      if (!view) throw new Refusal('lease_lost', '锁定已结束。');
      lot.asking = [{ case: caseId, lane: view.lane, lot: view.lot, by: lot.me, note, at: soon() }];
      tellHelp(caseId);
    },
    answerHelp: (caseId, answer) => {
      const answered = { answered_by: lot.me, answer };
      lot.asking = lot.asking.map((help) => (help.case === caseId ? { ...help, ...answered } : help));
      tellHelp(caseId);
    },
    dropHelp: (caseId) => {
      lot.asking = lot.asking.filter((help) => help.case !== caseId);
      tellHelp(caseId);
    },
  };
}

export function devices(lot: Office): Rooms {
  return {
    devices: () => {
      const open = lot.repairs.filter((each) => each.state === 'open');
      const health = lot.site.device.map(({ id }): DeviceHealth => {
        const { lot: of, lane } = at(id.slice(4));
        const down = id === 'cam-N01';
        const maintenance = open.find((each) => each.device === id);
        return {
          id,
          driver: 'hikvision',
          lot: of,
          lanes: [lane],
          online: !down,
          since: ago(down ? 752 : 86_400 * 3),
          ...(down ? { last_error: silent, last_error_at: ago(20) } : {}),
          last_picture_at: ago(down ? 760 : 14),
          clock_offset_ms: id === 'cam-W02' ? -93_000 : 120,
          ...(maintenance ? { maintenance } : {}),
        };
      });
      return health.toSorted((a, b) => Number(a.online) - Number(b.online));
    },
    openMaintenance: (device, note) => {
      const opened = repair(lot, device, note);
      lot.repairs = [opened, ...lot.repairs];
      return opened;
    },
    maintenance: ({ state }) => ({ items: lot.repairs.filter((each) => !state || each.state === state) }),
    closeMaintenance: (id, done) => {
      const closed = { state: 'closed' as const, repair: done, closed_by: lot.me, closed_at: soon() };
      lot.repairs = lot.repairs.map((each) => (each.id === id ? { ...each, ...closed } : each));
      return lot.repairs.find((each) => each.id === id) as Maintenance;
    },
  };
}

export function figures(lot: Office): Rooms {
  return {
    morning: sampleMorning,
    exportMorning: (day, format) => ({ path: `/home/demo/下载/晨间指标-${day}.${format}`, rows: 16 }),
    pastCases: (filter) => ({ items: sampleCasesOf(filter) }),
    pastCalls: (filter) => ({ items: sampleCallsOf(filter) }),
    longStays: () => ({ items: sampleStays() }),
    outages: () => ({ items: sampleOutages() }),
    pastApprovals: () => ({ items: [{ ...sampleApproval(), state: 'used', answered_by: lot.me }] }),
    caseStatistics: (_filter, by) => sampleCases(by),
    takeCash: (of, amount_fen) => {
      lot.sent.push(`cash:${amount_fen}`);
      const { lane, case: now } = lot.page;
      const plate = now?.plate ?? null;
      const cash: Cash = {
        id: lot.next('cash'),
        ...at(lane.id),
        case: of,
        plate,
        person: lot.me,
        amount_fen,
        at: soon(),
      };
      lot.taken = [cash, ...lot.taken];
      return cash;
    },
    cash: () => ({ items: [...lot.taken, ...sampleCash()] }),
    cashTotals: () => [
      { person: guard, from: ago(100_000), to: ago(56_800), count: 2, amount_fen: 2100 },
      { person: chenyu, from: ago(143_200), to: ago(100_000), count: 1, amount_fen: 2500 },
    ],
  };
}
