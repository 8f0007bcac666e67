/** The desk in memory: for vitest, and for `npm run dev` in a plain browser. It behaves as the hub does in the main job. */
import type { Answer, Backend, Listeners, LiveNews } from '..';
import type { HandOver, Order, OrderResult, Person, Settings, TimelineEntry, Told, View } from '..';
import { bare, dotted } from '$lib/ui/plate';
import { photoAt } from './camera';
import { memoryLive, type LiveScript } from './live';
import { MemoryOffice, type OfficeScript } from './office';
import { no, ok } from './record';
import { ago, corrected, lanes, people, sampleClaim, sampleHits, sampleView, temporary } from './sample';
import { pictureOf } from './scene';

export { problem } from './record';

/** How the memory desk answers; the preview's address sets these. */
export interface Script extends OfficeScript {
  person?: Person | null;
  /** What the barrier's order comes to, first at once and then after a moment. */
  orders?: [OrderResult, OrderResult?];
  settings?: Partial<Settings>;
  offline?: boolean;
  /** What environment cameras do. */
  live?: LiveScript;
}

export class MemoryBackend extends MemoryOffice implements Backend {
  drafts = new Map<string, string>();
  #script: Script;
  #seq = 0;
  /** Every claim of another lane is another case. */
  #cases = 0;
  #orders = new Map<string, Order>();

  constructor(script: Script = {}) {
    super(script);
    this.#script = script;
    this.person = script.person === undefined ? (people['guard'] ?? null) : script.person;
  }

  get #page(): View {
    if (!this.view) throw new Error('no lane is claimed');
    return this.view;
  }

  get #case(): NonNullable<View['case']> {
    if (!this.#page.case) throw new Error('the view has no case');
    return this.#page.case;
  }

  tell(told: Told): void {
    this.listeners?.hubTold({ frame: { seq: String(++this.#seq), ...told } });
  }

  listen(listeners: Listeners): Promise<() => void> {
    this.listeners = listeners;
    return Promise.resolve(() => (this.listeners = null));
  }

  sessionStatus() {
    const connection = this.#script.offline ? ('offline' as const) : ('online' as const);
    return ok({ hub_url: 'http://127.0.0.1:8470', username: 'guard', person: this.person, connection });
  }
  login(_hubUrl: string, username: string, password: string, code: string | null) {
    const person = people[username];
    if (this.office.secondFactor && password === 'lanedesk-demo' && code !== '123456')
      return no<Person>('second_factor_required', '请输入动态验证码。', { status: 401 });
    if (!person || password === 'wrong') return no<Person>('bad_credentials', '账号或密码不对。', { status: 401 });
    if (password === 'many') return no<Person>('too_many_attempts', '尝试过多。', { status: 429, retry_after_s: 30 });
    this.person = person;
    return ok(person);
  }
  logout() {
    this.person = null;
    return ok(null);
  }
  bindSeat(number: string) {
    if (number === '2067')
      return no<Person>('seat_taken', '坐席已被使用。', { holder: { id: 'wangwu', name: '王五', role: 'agent' } });
    this.person = { ...(this.person as Person), seat: number };
    this.sit(number);
    return ok(this.person);
  }
  freeSeat() {
    this.person = { ...(this.person as Person), seat: null };
    this.sit(null);
    return ok(this.person);
  }

  search(query: string) {
    return ok(sampleHits(query.trim()));
  }
  records(query: string) {
    const lot = { id: 'caiyue', name: '彩悦大厦' };
    return ok({
      stays: [{ id: 's1', lot, plate: bare(query), status: 'inside' as const, entered_at: ago(18780), paid_fen: 0 }],
      payments: [
        {
          id: 'p1',
          lot,
          plate: bare(query),
          amount_fen: 900,
          paid_at: ago(200000),
          channel: '微信',
          event_id: '2026112000417',
        },
      ],
      cases: [
        {
          id: 'c1',
          lot,
          lane: { id: 'E02', name: '东门出口', code: 'E-02' },
          person: this.me,
          state: 'closed' as const,
          plate: bare(query),
          opened_at: ago(90000),
          closed_at: ago(89800),
        },
      ],
      openings: [],
    });
  }
  recentLanes() {
    return ok(
      lanes.slice(0, 6).map((lane, at) => ({
        lane: lane.id,
        lane_name: lane.name,
        code: lane.code,
        direction: lane.direction,
        lot: lane.lot.id,
        lot_name: lane.lot.name,
        used_at: ago(400 + at * 1600),
      })),
    );
  }

  viewLane(lane: string) {
    const view = sampleView(lane, this.me);
    if (lane !== 'K01' && this.view?.lane.id !== lane) {
      delete view.lease;
      delete view.case;
    }
    return ok(view);
  }
  claimLane(lane: string) {
    this.sent.push('claim');
    const held = lanes.find((each) => each.id === lane)?.held;
    if (held) return no<never>('lane_held', '已经有人处理', held);
    const again = this.view?.lane.id === lane;
    this.view = again ? { ...(this.view as View) } : sampleView(lane, this.me);
    if (!again) this.#cases += 1;
    if (this.view.case) this.view.case = { ...this.view.case, id: `case-${this.#cases}` };
    const expires_at = new Date(Date.now() + (again ? 600_000 : 521_000)).toISOString();
    this.view.lease = { holder: this.me, acquired_at: this.view.lease?.acquired_at ?? ago(0), expires_at };
    return ok(sampleClaim(this.view));
  }
  takeOverLane(lane: string) {
    this.view = {
      ...sampleView(lane, this.me),
      lease: { holder: this.me, acquired_at: ago(0), expires_at: ago(-600) },
      offers: corrected().offers,
    };
    return ok(sampleClaim(this.view));
  }
  askForLane() {
    return ok(null);
  }
  remindWhenFree() {
    return ok(null);
  }

  currentCase() {
    return ok(this.view ? sampleClaim(this.view) : null);
  }
  closeCase() {
    this.sent.push('close');
    this.view = null;
    return ok(null);
  }
  correctPlate(_caseId: string, plate: string) {
    return this.#now(
      bare(plate) === '粤B12345'
        ? corrected(this.me)
        : {
            ...this.#page,
            case: { ...this.#case, plate: bare(plate), corrected: true },
            ...(this.#page.vehicle ? { vehicle: { ...this.#page.vehicle, plate: bare(plate) } } : {}),
          },
    );
  }
  findPhone() {
    return no<View>('not_found', '没有找到该手机号的在场车辆。', { status: 404 });
  }
  chooseVehicle() {
    return this.#now(corrected(this.me));
  }
  setDirection(_caseId: string, direction: 'entry' | 'exit') {
    return this.#now({ ...this.#page, case: { ...this.#case, direction }, offers: corrected().offers });
  }
  markPassed() {
    return this.#note({ at: new Date().toISOString(), person: this.me, what: 'passed' });
  }
  handOverCase(caseId: string, { to }: HandOver) {
    const lane = this.view?.lane.id ?? '';
    this.tell({
      type: 'lease_lost',
      case: caseId,
      lane,
      why: 'handed_over',
      by: { ...this.me, id: to, name: '李四' },
    });
    return ok(null);
  }
  checkPlate(text: string) {
    const plate = bare(text);
    const odd = !/^[\p{Script=Han}][A-Z][A-Z0-9]{5,6}$/u.test(plate);
    return ok({
      plate,
      display: dotted(plate),
      kind: odd ? ('odd' as const) : ('ordinary' as const),
      odd,
      none: plate === '',
    });
  }
  refreshPicture() {
    const view = this.#page;
    return this.#now({
      ...view,
      ...(view.picture ? { picture: { ...view.picture, taken_at: new Date().toISOString() } } : {}),
    });
  }

  laneStills(lane: string) {
    const now = this.view?.picture ?? sampleView(lane, this.me).picture;
    if (!now) return ok([]);
    // A car that comes nearer, ten pictures before now; the first ones are of the one before it.
    const stills = Array.from({ length: 10 }, (_, at) => ({
      url: at < 3 ? pictureOf({ plate: '粤B8K2P1', car: '#2f4a6b', arm: -70 + at }) : now.url,
      taken_at: ago(40 - at * 4),
      plate: at < 3 ? '粤B8K2P1' : (now.plate ?? null),
    }));
    return ok(stills);
  }
  startLive(_lane: string, camera: string, heard: (news: LiveNews) => void) {
    this.sent.push(`live:${camera}`);
    const line = memoryLive(this.#script.live ?? 'plays', camera, heard);
    return ok({ taken: line.taken, stop: () => (this.sent.push(`stop-live:${camera}`), line.stop()) });
  }

  orderBarrier(caseId: string, press: { action: 'open' | 'close' }) {
    this.sent.push(`order:${press.action}`);
    const [first, later] = this.#script.orders ?? ['accepted', 'opened'];
    const detail = first === 'refused' ? '手动模式' : '';
    const order: Order = {
      id: `order-${this.#orders.size + 1}`,
      case: caseId,
      action: press.action,
      result: first,
      detail,
      at: new Date().toISOString(),
    };
    this.#orders.set(order.id, order);
    const result = press.action === 'close' ? 'closed' : later;
    if (result) setTimeout(() => this.#moved(order, result), 1200);
    return ok(order);
  }
  orderResult(orderId: string) {
    const order = this.#orders.get(orderId);
    return order ? ok(order) : no<Order>('not_found', '没有这条指令。');
  }

  handled() {
    const items = lanes.flatMap(({ held, ...lane }) =>
      held
        ? [{ lane, lot: lane.lot, case: `case-${lane.id}`, ...held, expires_at: ago(-400), source: 'query' as const }]
        : [],
    );
    return ok({ items });
  }

  settings() {
    return ok<Settings>({ theme: 'system', contrast: 'normal', language: 'zh-CN', ...this.#script.settings });
  }
  saveSettings() {
    return ok(null);
  }
  draft(key: string) {
    return ok(this.drafts.get(key) ?? null);
  }
  saveDraft(key: string, body: string) {
    this.drafts.set(key, body);
    return ok(null);
  }
  dropDraft(key: string) {
    this.drafts.delete(key);
    return ok(null);
  }

  pictureUrl(path: string): string {
    if (path.startsWith('/api/photos/')) return photoAt(path, this.me.name);
    if (path.startsWith('/api/lanes/')) return pictureOf({ plate: '粤B33T20', car: '#9a3a2e', night: true, arm: 1.2 });
    return path.startsWith('data:') ? path : '';
  }

  protected follow(caseId: string, orderId: string, result: OrderResult, later?: OrderResult): void {
    const order: Order = {
      id: orderId,
      case: caseId,
      action: 'open',
      result,
      detail: '',
      at: new Date().toISOString(),
    };
    this.#orders.set(orderId, order);
    if (later) setTimeout(() => this.#moved(order, later), 1200);
  }

  /** The payment arrived: the page turns by itself. */
  pay(): void {
    const paid = temporary(true, this.me);
    this.tell({ type: 'view', lane: 'S01', payment: paid.payment ?? null, offers: paid.offers });
  }

  #now(view: View): Promise<Answer<View>> {
    this.view = view;
    return ok(view);
  }
  #note(entry: TimelineEntry): Promise<Answer<View>> {
    const view = this.#page;
    return this.#now({ ...view, timeline: [...view.timeline, entry] });
  }
  #moved(order: Order, result: OrderResult): void {
    this.#orders.set(order.id, { ...order, result });
    const state = result === 'opened' ? 'open' : 'closed';
    const barrier = { state: state as 'open' | 'closed', at: new Date().toISOString(), online: true };
    if (this.view) this.view = { ...this.view, barrier };
    this.tell({ type: 'order', order_id: order.id, case: order.case, result, detail: '' });
    if (this.view) this.tell({ type: 'view', lane: this.view.lane.id, barrier });
  }
}
