import type {
  Approval,
  Call,
  CallState,
  EvidencePhoto,
  Holder,
  Listeners,
  Order,
  OrderResult,
  Person,
  ReleasePress,
  RobotCommand,
  Seat,
  Settings,
  Told,
  View,
} from '..';
import type { LiveScript } from './live';
import { ago, at, guard, lanes, lisi, people, soon, temporary, wangwu } from './sample';

/** How the demo lot behaves; the preview's address sets these. */
export interface Script {
  person?: Person | null;
  settings?: Partial<Settings>;
  offline?: boolean;
  mobile?: boolean;
  /** What the barrier's order, and a release, come to: first at once and then after a moment. */
  orders?: [OrderResult, OrderResult?];
  releases?: [OrderResult, OrderResult?];
  /** What environment cameras do. */
  live?: LiveScript;
  /** Calls that wait when the page opens. */
  waiting?: number;
  /** What robots answer. */
  robot?: OrderResult;
  /** QR codes are not configured. */
  noQr?: boolean;
  /** Seconds until an amount has to be asked anew. */
  qrSeconds?: number;
  /** Openings there are. */
  rows?: number;
  /** Photos the hub refuses, in these words. */
  badPhotos?: boolean;
  noCamera?: boolean;
  /** Photos may be brought so long after a release. */
  latePhotoMinutes?: number;
  /** A release owes its photo. */
  owing?: boolean;
}

/** What stands at the demo lot now, and what happens there by itself. */
export class Lot {
  listeners: Listeners | null = null;
  view: View | null = null;
  person: Person | null;
  /** Every command that was sent, by name, for tests. */
  sent: string[] = [];
  drafts = new Map<string, string>();
  orders = new Map<string, Order>();
  /** What the last release carried. */
  released: ReleasePress | null = null;
  photos: EvidencePhoto[] = [];
  asked: Approval[] = [];
  callsNow: Call[] = [];
  seatsNow: Seat[];
  /** What the robot was told, in order. */
  robotTold: RobotCommand[] = [];
  #seq = 0;
  #counts = new Map<string, number>();

  constructor({ person = people['guard'] ?? null, waiting = 0 }: Script) {
    this.person = person;
    this.seatsNow = [
      { number: '2066', person: lisi, state: 'free', since: ago(1900) },
      { number: '2067', person: wangwu, state: 'busy', since: ago(130) },
      { number: '2068', person: { id: 'chenhao', name: '陈浩', role: 'agent' }, state: 'away', since: ago(600) },
      { number: '2069' },
    ];
    for (const [turn, lane] of Array.from({ length: waiting }, (_, turn) => ['S01', 'E01', 'W02'][turn % 3]).entries())
      this.callsNow.push(this.sampleCall('waiting', lane ?? null, 48 - turn * 19));
    if (!waiting) return;
    const live = { by: wangwu, seat: '2067', answered_at: ago(122) };
    this.callsNow.push({ ...this.sampleCall('live', 'K01', 130), ...live });
    this.callsNow.push({ ...this.sampleCall('abandoned', 'N01', 1300), ended_at: ago(1240) });
  }

  get me(): Holder {
    const { id, name, role } = this.person ?? guard;
    return { id, name, role };
  }

  get page(): View {
    if (!this.view) throw new Error('no lane is claimed');
    return this.view;
  }

  /** The next of what is numbered: `call-1`, `call-2`. */
  next(noun: string): string {
    const count = (this.#counts.get(noun) ?? 0) + 1;
    this.#counts.set(noun, count);
    return `${noun}-${count}`;
  }

  tell(told: Told): void {
    this.listeners?.hubTold({ frame: { seq: String(++this.#seq), ...told } });
  }

  /** The view as it stands from now on. */
  turn(view: View): View {
    return (this.view = view);
  }

  sampleCall(state: CallState, laneId: string | null, seconds: number): Call {
    const known = lanes.some(({ id }) => id === laneId) ? at(laneId ?? '') : {};
    const call: Call = {
      id: this.next('call'),
      state,
      caller: '13800138000',
      by_hand: false,
      overflow: false,
      since: soon(-seconds),
      ...known,
    };
    if (laneId === 'E02' || laneId === null) call.robot = laneId ? 'R-102' : 'R-999';
    return call;
  }

  /** A driver calls: it rings at this person's seat, or waits. */
  ring(laneId: string | null, state: CallState = 'ringing'): Call {
    const call = this.sampleCall(state, laneId, 3);
    if (state === 'ringing') Object.assign(call, { by: this.me, seat: this.person?.seat ?? null, case: 'case-1' });
    return this.putCall(call);
  }

  /** Something became of a call. */
  becomes(id: string, change: Partial<Call>): Call {
    const call = this.callsNow.find((each) => each.id === id);
    if (!call) throw new Error('no such call');
    return this.putCall({ ...call, ...change });
  }

  /** A call is so now, and everybody is told. */
  putCall(call: Call): Call {
    this.callsNow = [...this.callsNow.filter((each) => each.id !== call.id), call];
    this.tell({ type: 'call', call, ...(call.case ? { case: call.case } : {}) });
    return call;
  }

  /** The payment arrived: the page turns by itself. */
  pay(): void {
    const { payment = null, offers } = temporary(true, this.me);
    this.tell({ type: 'view', lane: 'S01', payment, offers });
  }

  /** An order at the barrier, and what comes of it after a moment. */
  order(id: string, of: Pick<Order, 'case' | 'action' | 'result'>, later: OrderResult | undefined): Order {
    const order: Order = { id, ...of, detail: of.result === 'refused' ? '手动模式' : '', at: soon() };
    this.orders.set(id, order);
    if (later) setTimeout(() => this.#moved(order, later), 1200);
    return order;
  }

  #moved(order: Order, result: OrderResult): void {
    this.orders.set(order.id, { ...order, result });
    const barrier = { state: result === 'opened' ? ('open' as const) : ('closed' as const), at: soon(), online: true };
    if (this.view) this.view = { ...this.view, barrier };
    this.tell({ type: 'order', order_id: order.id, case: order.case, result, detail: '' });
    if (this.view) this.tell({ type: 'view', lane: this.view.lane.id, barrier });
  }
}
