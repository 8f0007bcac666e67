import { createContext } from 'svelte';
import { Approvals } from './approval/approvals.svelte';
import type { Backend, Frame, LaneFree, Order } from './backend';
import { Press } from './barrier/press.svelte';
import { nextStep, type NextStep } from './barrier/step';
import { BoardNow } from './board/board.svelte';
import { DraftKeeper } from './case/draft.svelte';
import { PlateEditor } from './case/plate-editor.svelte';
import { Evidence } from './evidence/evidence.svelte';
import { Lane } from './lane/lane.svelte';
import { RecordParts } from './opening/record.svelte';
import { Release } from './release/release.svelte';
import { Search } from './search/search.svelte';
import { approves, type Place } from './session/place';
import { Session } from './session/session.svelte';
import { Setting } from './setting/setting.svelte';
import { Clock } from './ui/clock.svelte';

/** The page's stores, wired to one backend and to what it tells. */
export class App {
  readonly backend: Backend;
  readonly clock = new Clock();
  readonly session: Session;
  readonly setting: Setting;
  readonly search: Search;
  readonly lane: Lane;
  readonly press: Press;
  readonly board: BoardNow;
  readonly drafts: DraftKeeper;
  readonly plate: PlateEditor;
  readonly evidence: Evidence;
  readonly release: Release;
  readonly approvals: Approvals;
  readonly record: RecordParts;
  /** Which page is open. */
  place = $state<Place>('desk');
  /** A lane one wanted to be reminded of is free now. */
  freed = $state<LaneFree | null>(null);

  constructor(backend: Backend) {
    this.backend = backend;
    this.session = new Session(backend);
    this.setting = new Setting(backend);
    this.search = new Search(backend);
    this.lane = new Lane(backend, () => this.clock.now);
    this.press = new Press(backend);
    this.board = new BoardNow(backend);
    this.drafts = new DraftKeeper(backend);
    this.plate = new PlateEditor(backend);
    this.evidence = new Evidence(backend);
    this.release = new Release(backend, this.evidence);
    this.approvals = new Approvals(backend);
    this.record = new RecordParts(backend, () => this.clock.now);
  }

  /** The last order at this lane's barrier: this page's own, else one that nobody has an answer to. */
  get order(): Order | null {
    return this.press.order ?? this.lane.view?.order ?? null;
  }

  get step(): NextStep {
    const order = this.order;
    return nextStep(order, order !== null && this.press.lookedAt === order.id, this.lane.view?.timeline ?? []);
  }

  /** Whether an action may be pressed now: one holds the lane, and the hub is reached. */
  get canAct(): boolean {
    return this.lane.mode === 'mine' && this.session.online;
  }

  async start(): Promise<void> {
    this.clock.start();
    await this.backend.listen({
      told: (frame) => this.hear(frame),
      connection: (changed) => this.session.hear(changed),
      laneFree: (free) => {
        this.freed = free;
        this.lane.reminderCame(free.lane);
      },
      evidence: (changed) => this.evidence.hear(changed),
      previewEnded: (ended) => this.evidence.ended(ended),
      exporting: (progress) => this.record.exporting.hear(progress),
      sessionEnded: () => this.ended(),
    });
    await this.setting.load();
    await this.session.restore();
    if (this.session.stage === 'in') await this.enter();
  }

  /** After a login or a restored session. */
  async enter(): Promise<void> {
    this.place = 'desk';
    this.approvals.mine = approves(this.session.person);
    if (this.approvals.mine) void this.approvals.load();
    await this.lane.restore();
    if (this.lane.mode === 'idle') await this.idle();
  }

  /** What the idle page shows. */
  async idle(): Promise<void> {
    await Promise.all([this.search.loadRecent(this.session.person?.role === 'lot_staff'), this.board.load()]);
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
    this.lane.hear(frame);
    this.press.hear(frame);
    this.board.hear(frame);
    this.release.hear(frame);
    this.approvals.hear(frame);
    this.record.hear(frame);
  }

  /** Turns to another page; the lane one holds stays held, and its work waits. */
  go(place: Place): void {
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

  /** 异常放行: opens its sheet for the case on the page. */
  openRelease(): void {
    const { laneId, caseId, view } = this.lane;
    if (!laneId || !caseId || !this.canAct) return;
    this.release.hasName = Boolean(view?.vehicle?.plate ?? view?.case?.plate ?? view?.case?.phone);
    void this.release.show(laneId, caseId);
  }

  /** Sends the release that was confirmed; its result is followed like any other opening. */
  async confirmRelease(): Promise<void> {
    const order = await this.release.confirm();
    if (order) this.press.adopt(order);
  }

  claim(laneId: string): Promise<void> {
    this.#turnTo(laneId);
    return this.lane.claim(laneId);
  }

  watch(laneId: string): Promise<void> {
    this.#turnTo(laneId);
    return this.lane.watch(laneId);
  }

  #leaveAll(): void {
    this.lane.leave();
    this.press.forget();
    this.release.shut();
    this.evidence.forget();
    this.approvals.forget();
    this.record.leave();
    this.place = 'desk';
  }

  #turnTo(laneId: string): void {
    this.place = 'desk';
    this.drafts.flush();
    // What stands there is judged anew; what was filled in waits for the sheet to be opened again.
    this.release.shut();
    this.press.forget();
    this.plate.settle(null);
    this.search.clear();
    if (this.freed?.lane === laneId) this.freed = null;
  }
}

export const [useApp, provideApp] = createContext<App>();
