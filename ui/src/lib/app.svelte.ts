import { createContext } from 'svelte';
import { guarded, Reentry } from './account/reentry.svelte';
import { Approvals } from './approval/approvals.svelte';
import type { Answer, Backend, Claimed, Frame, LaneFree, Order, Person } from './backend';
import { Paid } from './barrier/paid.svelte';
import { Press } from './barrier/press.svelte';
import { nextStep, type NextStep } from './barrier/step';
import { BoardNow } from './board/board.svelte';
import { DraftKeeper } from './case/draft.svelte';
import { PlateEditor } from './case/plate-editor.svelte';
import { Answering } from './call/answer.svelte';
import { Calls } from './call/calls.svelte';
import { Evidence } from './evidence/evidence.svelte';
import { Lane } from './lane/lane.svelte';
import { Live } from './live/live.svelte';
import { Office } from './office/office.svelte';
import { RecordParts } from './opening/record.svelte';
import { Replies, type Asker } from './reply/replies.svelte';
import { Release } from './release/release.svelte';
import { codesOf, robotMay } from './robot/offers';
import { RobotDesk } from './robot/robot.svelte';
import { Search } from './search/search.svelte';
import { Seats } from './seat/seats.svelte';
import { approves, may, seesCalls, worksByQuery, type Place } from './session/place';
import { Session } from './session/session.svelte';
import { Setting } from './setting/setting.svelte';
import { who } from './session/role';
import { t } from './messages/words.svelte';
import { Clock } from './ui/clock.svelte';

/** The page's stores, wired to one backend and to what it tells. */
export class App {
  readonly backend: Backend;
  readonly clock = new Clock();
  readonly session: Session;
  readonly setting: Setting;
  readonly search: Search;
  readonly lane: Lane;
  readonly live: Live;
  readonly press: Press;
  readonly board: BoardNow;
  readonly drafts: DraftKeeper;
  readonly plate: PlateEditor;
  readonly evidence: Evidence;
  readonly release: Release;
  readonly approvals: Approvals;
  readonly record: RecordParts;
  readonly calls: Calls;
  readonly answering: Answering;
  readonly seats: Seats;
  readonly robot: RobotDesk;
  readonly reentry: Reentry;
  readonly office: Office;
  readonly paid = new Paid();
  /** Answers to what was asked on a page that is not in sight any more. */
  readonly replies = new Replies((asker) => this.#shows(asker));
  /** Which page is open. */
  place = $state<Place>('desk');
  /** A lane one wanted to be reminded of is free now. */
  freed = $state<LaneFree | null>(null);

  constructor(direct: Backend) {
    this.reentry = new Reentry(direct);
    const backend = guarded(direct, this.reentry);
    this.backend = backend;
    this.session = new Session(backend);
    this.setting = new Setting(backend);
    this.search = new Search(backend);
    const elsewhere = this.replies.answered.bind(this.replies);
    const tell = this.replies.tell.bind(this.replies);
    const page = () => this.lane.asker;
    this.lane = new Lane(backend, () => this.clock.now, elsewhere);
    this.live = new Live(backend);
    this.press = new Press(backend, page, tell);
    this.board = new BoardNow(backend);
    this.drafts = new DraftKeeper(backend);
    this.plate = new PlateEditor(backend);
    this.evidence = new Evidence(backend, elsewhere);
    this.release = new Release(backend, this.evidence);
    this.approvals = new Approvals(backend);
    this.record = new RecordParts(backend, () => this.clock.now);
    const sees = () => seesCalls(this.session.person);
    this.calls = new Calls(backend, () => this.session.person, sees);
    this.answering = new Answering(this);
    this.seats = new Seats(backend, sees);
    this.robot = new RobotDesk(backend, page, tell);
    this.office = new Office(
      backend,
      () => this.session.person,
      (person) => this.became(person),
    );
  }

  /** The last order at this lane's barrier: this page's own, else one that nobody has an answer to. */
  get order(): Order | null {
    return this.press.order ?? this.lane.view?.order ?? null;
  }

  /** Whether that order was given in the case on the page: only then is its passage this case's. */
  get ownsOrder(): boolean {
    return this.order !== null && this.order.case === this.lane.caseId;
  }

  get step(): NextStep {
    const { order } = this;
    // What was answered in a case before asks for nothing in this one; what nobody knows is looked at first.
    if (order && !this.ownsOrder && order.result !== 'unknown' && order.result !== 'running') return 'open';
    return nextStep(order, order !== null && this.press.lookedAt === order.id, this.lane.view?.timeline ?? []);
  }

  /** Whether an action may be pressed now: one holds the lane, and the hub is reached. */
  get canAct(): boolean {
    return this.lane.mode === 'mine' && this.session.online;
  }

  async start(): Promise<void> {
    this.clock.start();
    await this.backend.listen({
      hubTold: ({ frame }) => this.hear(frame),
      connectionChanged: (changed) => {
        this.session.hear(changed);
        // What was told while the line was down is read anew.
        if (changed.connection === 'online' && this.session.stage === 'in') void this.loadCalls();
      },
      laneFree: (free) => {
        this.freed = free;
        this.lane.reminderCame(free.lane);
      },
      evidenceChanged: (changed) => this.evidence.hear(changed),
      previewEnded: (ended) => this.evidence.ended(ended),
      exportProgress: (progress) => this.record.exporting.hear(progress),
      importTold: ({ progress }) => this.office.sites.importing.hear(progress),
      sessionEnded: () => this.ended(),
    });
    await this.setting.load();
    await this.session.restore();
    if (this.session.stage === 'in') await this.enter();
  }

  /** After a login or a restored session. */
  async enter(): Promise<void> {
    // A password for one login, or a second factor that is wanted, comes before everything else.
    if (this.session.blocked) return;
    this.office.watch.mine = may(this.session.person, 'board');
    this.approvals.mine = approves(this.session.person);
    if (this.approvals.mine) void this.approvals.load();
    const calls = this.loadCalls();
    await this.lane.restore();
    await calls;
    if (this.lane.mode === 'idle') await this.idle();
  }

  /** Calls and seats as they stand now; a call that rings here comes up. */
  async loadCalls(): Promise<void> {
    const [, seats] = await Promise.all([this.calls.load(), this.seats.load()]);
    if (seats) this.session.sits(this.seats.of(this.session.person?.id)?.number ?? null);
    if (this.lane.mode === 'idle') this.answering.popUp();
  }

  /** What the idle page shows. */
  async idle(): Promise<void> {
    this.calls.settle();
    this.answering.popUp();
    await Promise.all([this.search.loadRecent(worksByQuery(this.session.person)), this.board.load()]);
  }

  /** The hub ended the session: typed work is kept, the person logs in again. */
  ended(): void {
    this.drafts.flush();
    this.#leaveAll();
    this.session.ended('session.ended');
  }

  async logout(): Promise<void> {
    this.#leaveAll();
    this.search.clear();
    await this.session.logout();
  }

  hear(frame: Frame): void {
    if (frame.type === 'hello' || frame.type === 'heartbeat') this.clock.hear(frame.now, frame.type === 'hello');
    const before = this.lane.view;
    this.lane.hear(frame);
    this.paid.see(before, this.lane.view, this.clock.now);
    this.#hearCalls(frame);
    this.robot.hear(frame);
    this.press.hear(frame);
    this.board.hear(frame);
    this.release.hear(frame);
    this.approvals.hear(frame);
    this.#hearLeave(frame);
    this.record.hear(frame);
    this.office.hear(frame);
  }

  /** What a supervisor answered this person whose page shows something else by now. */
  #hearLeave(frame: Frame): void {
    if (frame.type !== 'approval' || frame.facts.by.id !== this.session.person?.id) return;
    const { state, lot, lane, answered_by } = frame.facts;
    if (state !== 'allowed' && state !== 'denied') return;
    this.replies.tell({
      key: `${lane.id} ${frame.case} leave`,
      asker: { lane: lane.id, case: frame.case, name: `${lot.name} · ${lane.name}`, read: null },
      tone: state === 'allowed' ? 'ok' : 'danger',
      words: () => t(`leave.${state}`, { who: answered_by ? who(answered_by) : t('leave.supervisor') }),
    });
  }

  #hearCalls(frame: Frame): void {
    const waited = this.calls.waiting.length;
    const own = this.calls.hear(frame);
    this.seats.hear(frame);
    if (own) this.answering.arrived(own);
    else if (frame.type === 'call' && this.calls.waiting.length > waited) this.answering.waits();
    // Somebody else sits at this person's seat now, or nobody does: the seat is no longer theirs (R4).
    const seat = this.session.person?.seat;
    if (frame.type === 'seat' && frame.seat.number === seat && frame.seat.person?.id !== this.session.person?.id)
      this.session.sits(null);
  }

  /** Turns to another page; the lane one holds stays held, and its work waits. */
  go(place: Place): void {
    this.office.practice = null;
    if (place === this.place) return;
    if (this.place === 'openings') this.record.leave();
    if (this.release.open && place !== 'desk') this.release.shut();
    this.place = place;
  }

  /** Once a second: what ends by the clock ends though nobody tells so. */
  tick(): void {
    this.lane.tick();
    this.release.tick(this.clock.now);
    this.approvals.tick(this.clock.now);
  }

  /** F6: the code that fits this vehicle, on the robot's screen. */
  async pushQr(): Promise<void> {
    const { caseId, view } = this.lane;
    if (!caseId || !this.canAct || !robotMay(view, 'show_qr')) return;
    const scene = codesOf(view)[0] ?? null;
    await this.robot.press({ type: 'show_qr', scene });
  }

  /** 异常放行: opens its sheet for the case on the page. */
  openRelease(): void {
    const { asker, view } = this.lane;
    if (!asker?.case || !this.canAct) return;
    this.release.hasName = Boolean(view?.vehicle?.plate ?? view?.case?.plate ?? view?.case?.phone);
    void this.release.show(asker);
  }

  /** Sends the release that was confirmed; its result is followed like any other opening. */
  async confirmRelease(): Promise<void> {
    const { asker } = this.lane;
    if (asker) await this.press.follow(asker, 'open', () => this.release.confirm());
  }

  /** 处理; in a call at another lane only a look (R11). */
  claim(laneId: string): Promise<void> {
    if (this.answering.readOnly(laneId)) return this.watch(laneId);
    this.#turnTo(laneId);
    return this.lane.claim(laneId);
  }

  /** 接管 from the board: the page turns to the lane (R12). */
  takeOver(laneId: string, reason: string): Promise<Answer<Claimed>> {
    return this.lane.take(
      laneId,
      () => this.backend.takeOverLane(laneId, reason),
      () => this.turned(),
    );
  }

  /** The account is another one now: a password changed, a second factor taken up. */
  became(person: Person): void {
    const blocked = this.session.blocked;
    this.session.person = person;
    if (blocked && !this.session.blocked) void this.enter();
  }

  watch(laneId: string): Promise<void> {
    this.#turnTo(laneId);
    return this.lane.watch(laneId);
  }

  /** The page comes to another lane: what belonged to the one before is put away, with the text one looked for. */
  turned(): void {
    this.place = 'desk';
    this.office.practice = null;
    this.search.clear();
    this.drafts.flush();
    this.release.shut();
    this.press.turned();
    // A call turns the page after its view stands: that vehicle's plate is shown, not an empty one.
    const view = this.lane.view;
    this.plate.settle(view?.case?.plate ?? view?.case?.plate_read ?? view?.picture?.plate);
  }

  /** Whether the page of this case is in sight. */
  #shows(asker: Asker): boolean {
    const { laneId, caseId } = this.lane;
    return this.place === 'desk' && !this.office.practice && laneId === asker.lane && caseId === asker.case;
  }

  #leaveAll(): void {
    this.reentry.cancel();
    this.office.forget();
    this.lane.leave();
    this.press.forget();
    this.release.shut();
    this.evidence.forget();
    this.approvals.forget();
    this.calls.forget();
    this.seats.forget();
    this.answering.forget();
    this.robot.forget();
    this.replies.forget();
    this.record.leave();
    this.place = 'desk';
  }

  #turnTo(laneId: string): void {
    // What stands there is judged anew; what was filled in waits for the sheet to be opened again.
    this.turned();
    if (this.freed?.lane === laneId) this.freed = null;
  }
}

export const [useApp, provideApp] = createContext<App>();
