/** Board, devices, figures and cash in memory. */
import type { PastFilter } from '..';
import type {
  Approval,
  Board,
  Cash,
  DeviceHealth,
  Help,
  Holder,
  LaneHit,
  LongStay,
  Maintenance,
  MaintenanceFilter,
  Outage,
  Page,
  PastCall,
  PastCase,
  WorkFilter,
} from '..';
import { sampleCases, sampleMorning } from './morning';
import { sampleCallsOf, sampleCasesOf, sampleOutages, sampleStays } from './past';
import { no, ok } from './record';
import { sampleApproval } from './record-sample';
import { ago, lanes } from './sample';
import { MemorySite, type OfficeScript } from './site-desk';

export type { OfficeScript } from './site-desk';

const chenyu: Holder = { id: 'chenyu', name: '陈雨', role: 'lot_staff' };
const lisi: Holder = { id: 'agent', name: '李四', role: 'agent' };

export abstract class MemoryOffice extends MemorySite {
  asking: Help[] = [];
  repairs: Maintenance[] = [];
  taken: Cash[] = [];
  #counted = 0;

  constructor(script: OfficeScript) {
    super(script);
    const lane = lanes[2] as LaneHit;
    const at = { id: lane.id, name: lane.name, code: lane.code };
    if (!script.noHelp)
      this.asking = [{ case: 'case-W01', lane: at, lot: lane.lot, by: chenyu, note: '司机说月卡已续费', at: ago(95) }];
    this.repairs = [this.#repair('cam-N01', '镜头进水，画面模糊')];
  }

  board() {
    const items = lanes.flatMap(({ held, ...lane }, at) =>
      held
        ? [
            {
              lane,
              lot: lane.lot,
              case: `case-${lane.id}`,
              ...held,
              expires_at: ago(at === 2 ? -48 : -409),
              source: 'query' as const,
            },
          ]
        : [],
    );
    const call = {
      lane: { id: 'S01', name: '南门出口', code: 'S-01' },
      lot: { id: 'xinghe', name: '星河雅居' },
      case: 'case-S01',
      holder: lisi,
      since: ago(42),
      expires_at: null,
      source: 'call' as const,
    };
    const queue = this.callsNow.filter((each) => each.state === 'waiting');
    const board: Board = {
      items: [...items, call],
      queue: queue.map((each) => ({
        id: each.id,
        caller: each.caller ?? '',
        since: each.since ?? ago(48),
        ...(each.lot ? { lot: each.lot } : {}),
        ...(each.lane ? { lane: each.lane } : {}),
      })),
      offline: [
        { id: 'cam-N01', since: ago(752), error: '5 秒内没有回应' },
        { id: 'robot-210', since: ago(3840), error: '机器人没有连接' },
      ],
      help: this.asking,
      today: { openings: 184, abnormal: 41, unknown: 1, rises: 6, approvals: 1 },
    };
    return ok(board);
  }
  askHelp(caseId: string, note: string) {
    const view = this.view;
    if (!view) return no<null>('lease_lost', '锁定已结束。');
    this.asking = [
      {
        case: caseId,
        lane: view.lane,
        lot: view.lot,
        by: this.me,
        note,
        at: new Date().toISOString(),
      },
    ];
    this.tell({ type: 'help', case: caseId, help: this.asking[0] });
    return ok(null);
  }
  answerHelp(caseId: string, note: string) {
    this.asking = this.asking.map((help) =>
      help.case === caseId ? { ...help, answered_by: this.me, answer: note } : help,
    );
    const help = this.asking.find((each) => each.case === caseId);
    this.tell({ type: 'help', case: caseId, ...(help ? { help } : {}) });
    return ok(null);
  }
  dropHelp(caseId: string) {
    this.asking = this.asking.filter((help) => help.case !== caseId);
    this.tell({ type: 'help', case: caseId });
    return ok(null);
  }

  devices() {
    const open = this.repairs.filter((each) => each.state === 'open');
    const health = this.site.device.map((device): DeviceHealth => {
      const lane = lanes.find((each) => `cam-${each.id}` === device.id) as LaneHit;
      const down = device.id === 'cam-N01';
      const repair = open.find((each) => each.device === device.id);
      return {
        id: device.id,
        driver: 'hikvision',
        lot: lane.lot,
        lanes: [{ id: lane.id, name: lane.name, code: lane.code }],
        online: !down,
        since: ago(down ? 752 : 86_400 * 3),
        ...(down ? { last_error: '5 秒内没有回应', last_error_at: ago(20) } : {}),
        last_picture_at: ago(down ? 760 : 14),
        clock_offset_ms: device.id === 'cam-W02' ? -93_000 : 120,
        ...(repair ? { maintenance: repair } : {}),
      };
    });
    return ok(health.toSorted((a, b) => Number(a.online) - Number(b.online)));
  }
  openMaintenance(device: string, note: string) {
    const repair = this.#repair(device, note);
    this.repairs = [repair, ...this.repairs];
    return ok(repair);
  }
  maintenance(filter: MaintenanceFilter) {
    const items = this.repairs.filter((each) => !filter.state || each.state === filter.state);
    return ok<Page<Maintenance>>({ items });
  }
  closeMaintenance(id: string, repair: string) {
    const closed = { state: 'closed' as const, repair, closed_by: this.me, closed_at: new Date().toISOString() };
    this.repairs = this.repairs.map((each) => (each.id === id ? { ...each, ...closed } : each));
    return ok(this.repairs.find((each) => each.id === id) as Maintenance);
  }

  morning(day: string, lot: string | null) {
    return ok(sampleMorning(day, lot));
  }
  exportMorning(day: string, format: string) {
    return ok({ path: `/home/demo/下载/晨间指标-${day}.${format}`, rows: 16 });
  }
  pastCases(filter: PastFilter) {
    return ok<Page<PastCase>>({ items: sampleCasesOf(filter) });
  }
  pastCalls(filter: PastFilter) {
    return ok<Page<PastCall>>({ items: sampleCallsOf(filter) });
  }
  longStays() {
    return ok<Page<LongStay>>({ items: sampleStays() });
  }
  outages() {
    return ok<Page<Outage>>({ items: sampleOutages() });
  }
  pastApprovals() {
    return ok<Page<Approval>>({ items: [{ ...sampleApproval(), state: 'used' as const, answered_by: this.me }] });
  }
  caseStatistics(_filter: WorkFilter, by: 'outcome' | 'lot' | 'hour' | 'person') {
    return ok(sampleCases(by));
  }

  takeCash(caseId: string, amountFen: number) {
    this.sent.push(`cash:${amountFen}`);
    const view = this.view;
    const cash: Cash = {
      id: `cash-${++this.#counted}`,
      lot: { id: view?.lot.id ?? 'caiyue', name: view?.lot.name ?? '' },
      lane: { id: view?.lane.id ?? 'E02', name: view?.lane.name ?? '', code: view?.lane.code ?? '' },
      case: caseId,
      plate: view?.case?.plate ?? null,
      person: this.me,
      amount_fen: amountFen,
      at: new Date().toISOString(),
    };
    this.taken = [cash, ...this.taken];
    return ok(cash);
  }
  cash() {
    const lane = { id: 'E02', name: '东门出口', code: 'E-02' };
    const sample = [1200, 900, 2500].map((amount_fen, at): Cash => ({
      id: `c${at}`,
      lot: { id: 'caiyue', name: '彩悦大厦' },
      lane,
      case: `case-c${at}`,
      plate: ['粤B12345', '粤B80D56', '粤BD3391'][at] ?? null,
      person: at === 2 ? chenyu : { id: 'guard', name: '张三', role: 'lot_staff' },
      amount_fen,
      at: ago(90_000 + at * 4000),
    }));
    return ok<Page<Cash>>({ items: [...this.taken, ...sample] });
  }
  cashTotals() {
    const guard: Holder = { id: 'guard', name: '张三', role: 'lot_staff' };
    return ok([
      { person: guard, from: ago(100_000), to: ago(56_800), count: 2, amount_fen: 2100 },
      { person: chenyu, from: ago(143_200), to: ago(100_000), count: 1, amount_fen: 2500 },
    ]);
  }

  #repair(device: string, note: string): Maintenance {
    return {
      id: `repair-${++this.#counted}`,
      device,
      lot: { id: 'xinghe', name: '星河雅居' },
      state: 'open',
      note,
      by: chenyu,
      at: ago(5400),
    };
  }
}
