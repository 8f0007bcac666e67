/** Calls, seats and robots in memory. */
import type { Answer } from '..';
import type {
  Call,
  CallState,
  Claimed,
  Holder,
  OrderResult,
  Qr,
  RobotCommand,
  RobotOrder,
  Scene,
  Seat,
  SeatChoice,
  SeatState,
  Taken,
  View,
} from '..';
import { MemoryRecord, no, ok, type RecordScript } from './record';
import { qrPicture, robotScreen } from './robot';
import { ago, lanes, people, sampleClaim, sampleView } from './sample';

/** How calls and robots of the memory desk behave. */
export interface CallScript extends RecordScript {
  /** Calls that wait when the page opens. */
  waiting?: number;
  /** What robots answer. */
  robot?: OrderResult;
  /** QR codes are not configured. */
  noQr?: boolean;
  /** Seconds until an amount has to be asked anew. */
  qrSeconds?: number;
}

const chenhao: Holder = { id: 'chenhao', name: '陈浩', role: 'agent' };
const wangwu: Holder = { id: 'wangwu', name: '王五', role: 'agent' };

export abstract class MemoryCalls extends MemoryRecord {
  callsNow: Call[] = [];
  seatsNow: Seat[];
  /** What the robot was told, in order. */
  robotTold: RobotCommand[] = [];
  protected readonly callScript: CallScript;
  #count = 0;

  constructor(script: CallScript) {
    super(script);
    this.callScript = script;
    const agent = people['agent'] as Holder;
    const seat = (number: string, person: Holder, state: SeatState, since: number): Seat => ({
      number,
      person: { id: person.id, name: person.name, role: person.role },
      state,
      since: ago(since),
    });
    this.seatsNow = [
      seat('2066', agent, 'free', 1900),
      seat('2067', wangwu, 'busy', 130),
      seat('2068', chenhao, 'away', 600),
      { number: '2069' },
    ];
    const places = ['S01', 'E01', 'W02'];
    for (let at = 0; at < (script.waiting ?? 0); at += 1)
      this.callsNow.push(this.sampleCall('waiting', places[at % 3] as string, 48 - at * 19));
    if (script.waiting) {
      this.callsNow.push({ ...this.sampleCall('live', 'K01', 130), by: wangwu, seat: '2067', answered_at: ago(122) });
      this.callsNow.push({ ...this.sampleCall('abandoned', 'N01', 1300), ended_at: ago(1240) });
    }
  }

  abstract claimLane(lane: string): Promise<Answer<Claimed>>;

  sampleCall(state: CallState, laneId: string | null, seconds: number): Call {
    const lane = lanes.find((each) => each.id === laneId);
    const call: Call = {
      id: `call-${++this.#count}`,
      state,
      caller: '13800138000',
      by_hand: false,
      overflow: false,
      since: new Date(Date.now() - seconds * 1000).toISOString(),
    };
    if (lane) Object.assign(call, { lot: lane.lot, lane: { id: lane.id, name: lane.name, code: lane.code } });
    if (laneId === 'E02' || laneId === null) call.robot = laneId ? 'R-102' : 'R-999';
    return call;
  }

  /** A driver calls: it rings at this person's seat, or waits. */
  ring(laneId: string | null, state: CallState = 'ringing'): Call {
    const call = this.sampleCall(state, laneId, 3);
    if (state === 'ringing') Object.assign(call, { by: this.me, seat: this.person?.seat ?? null, case: 'case-1' });
    return this.#told(call);
  }
  /** Something became of a call. */
  becomes(id: string, change: Partial<Call>): Call {
    const call = this.callsNow.find((each) => each.id === id);
    if (!call) throw new Error('no such call');
    return this.#told({ ...call, ...change });
  }

  calls(state: CallState) {
    // Those somebody has are one list, ringing or not; one that anybody may take by now waits besides.
    const lists = (call: Call): CallState[] =>
      call.state === 'ringing' ? (call.overflow ? ['waiting', 'live'] : ['live']) : [call.state];
    return ok(this.callsNow.filter((call) => lists(call).includes(state)));
  }
  takeCall(id: string): Promise<Answer<Taken>> {
    this.sent.push(`take:${id}`);
    const call = this.callsNow.find((each) => each.id === id);
    const by = this.person?.seat;
    if (!by) return no<Taken>('seat_required', '先选坐席，再接听来电。');
    if (!call || call.state === 'ended') return no<Taken>('call_over', '来电已结束。', { status: 409 });
    if (call.state === 'live') return no<Taken>('call_taken', '已由王五接听。', { holder: wangwu });
    return this.#taken({ ...call, seat: by });
  }
  openByHand(lane: string, caller: string | null): Promise<Answer<Taken>> {
    this.sent.push(`by-hand:${lane}`);
    const call = { ...this.sampleCall('ended', lane, 0), by_hand: true, caller: caller ?? '' };
    return this.#taken(call, 'ended');
  }
  callBack(id: string, note: string | null) {
    this.sent.push(`called-back:${note ?? ''}`);
    this.callsNow = this.callsNow.filter((call) => call.id !== id);
    return ok(null);
  }
  moveCase(caseId: string, lane: string): Promise<Answer<Claimed>> {
    this.sent.push(`move:${caseId}:${lane}`);
    this.view = this.#inCall(sampleView(lane, this.me));
    const own = this.callsNow.find((call) => call.case === caseId);
    const hit = lanes.find((each) => each.id === lane);
    if (own && hit) this.becomes(own.id, { lot: hit.lot, lane: { id: hit.id, name: hit.name, code: hit.code } });
    return ok(sampleClaim(this.view));
  }

  seats() {
    return ok(this.seatsNow);
  }
  seatState(state: SeatChoice) {
    this.sent.push(`seat:${state}`);
    this.seatsNow = this.seatsNow.map((seat) =>
      seat.person?.id === this.me.id ? { ...seat, state, since: new Date().toISOString() } : seat,
    );
    return ok(null);
  }
  /** The seat list follows who sits down. */
  protected sit(number: string | null): void {
    this.seatsNow = this.seatsNow.map((seat) => {
      if (seat.number === number)
        return { number: seat.number, person: this.me, state: 'free' as const, since: new Date().toISOString() };
      return seat.person?.id === this.me.id ? { number: seat.number } : seat;
    });
  }

  pressRobot(caseId: string, command: RobotCommand): Promise<Answer<RobotOrder>> {
    this.sent.push(`robot:${command.type}`);
    this.robotTold.push(command);
    if (!this.view?.robot) return no<RobotOrder>('robot_not_bound', '未绑定机器人，不能使用该操作');
    const result = this.callScript.robot ?? 'accepted';
    if (result === 'accepted') this.#shows(command);
    const detail = result === 'failed' ? '扬声器没有应答' : '';
    const at = new Date().toISOString();
    return ok({ id: `robot-${this.robotTold.length}`, case: caseId, command: command.type, result, detail, at });
  }
  qr(_caseId: string, scene: Scene | null): Promise<Answer<Qr>> {
    this.sent.push(`qr:${scene ?? ''}`);
    if (this.callScript.noQr)
      return no<Qr>('not_configured', '还没有设置缴费码地址，请管理员在车场设置里填写。', { status: 409 });
    const due = this.view?.payment?.due_fen;
    return ok({
      scene: scene ?? 'pay',
      url: 'https://pay.example.cn/xinghe',
      svg: qrPicture(),
      lines: ['星河雅居 南门出口', '粤AD·12345'],
      ...(due ? { amount_fen: due } : {}),
      expires_at: new Date(Date.now() + (this.callScript.qrSeconds ?? 60) * 1000).toISOString(),
    });
  }

  #shows(command: RobotCommand): void {
    const view = this.view;
    if (!view?.robot) return;
    const at = new Date().toISOString();
    const scene = 'scene' in command ? (command.scene ?? 'pay') : (view.robot.scene ?? 'idle');
    const light = command.type === 'light' ? command.light : command.type === 'show_qr' ? 'yellow' : view.robot.light;
    const robot = { ...view.robot, scene, light: light ?? null, seen_at: at, screen: { url: robotScreen(scene), at } };
    this.view = { ...view, robot };
    this.tell({ type: 'view', lane: view.lane.id, robot });
  }

  #taken(call: Call, state: CallState = 'live'): Promise<Answer<Taken>> {
    const answered_at = new Date().toISOString();
    const mine: Call = { ...call, state, by: this.me, ...(state === 'live' ? { answered_at } : {}) };
    const lane = lanes.find((each) => each.id === call.lane?.id);
    if (!lane) return ok({ call: this.#told(mine) });
    if (lane.held) {
      const view = sampleView(lane.id, this.me);
      return ok({ call: this.#told(mine), view, held_by: lane.held.holder, held_since: lane.held.since });
    }
    this.view = this.#inCall(sampleView(lane.id, this.me), mine);
    return ok({ call: this.#told({ ...mine, case: 'case-1' }), ...sampleClaim(this.view) });
  }

  #inCall(view: View, call?: Call): View {
    const live = this.callsNow.find((each) => each.state === 'live' && each.by?.id === this.me.id) ?? call;
    const source = 'call' as const;
    return {
      ...view,
      ...(view.case ? { case: { ...view.case, source } } : {}),
      ...(live ? { call: { id: live.id, caller: live.caller, started_at: live.since, answered_at: live.since } } : {}),
      ...(view.lease && live?.state === 'live' ? { lease: { ...view.lease, expires_at: null } } : {}),
      offers: live?.state === 'live' && view.robot ? [...view.offers, { op: 'hang_up', needs: [] }] : view.offers,
    };
  }

  #told(call: Call): Call {
    this.callsNow = [...this.callsNow.filter((each) => each.id !== call.id), call];
    this.tell({ type: 'call', call, ...(call.case ? { case: call.case } : {}) });
    return call;
  }
}
