import { createContext } from 'svelte';
import type { Backend, Frame, LaneFree, Order } from './backend';
import { Press } from './barrier/press.svelte';
import { nextStep, type NextStep } from './barrier/step';
import { BoardNow } from './board/board.svelte';
import { DraftKeeper } from './case/draft.svelte';
import { PlateEditor } from './case/plate-editor.svelte';
import { Lane } from './lane/lane.svelte';
import { Search } from './search/search.svelte';
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
      sessionEnded: () => this.ended(),
    });
    await this.setting.load();
    await this.session.restore();
    if (this.session.stage === 'in') await this.enter();
  }

  /** After a login or a restored session. */
  async enter(): Promise<void> {
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
    this.lane.leave();
    this.press.forget();
    this.session.ended('session.ended');
  }

  async logout(): Promise<void> {
    this.lane.leave();
    this.press.forget();
    this.search.clear();
    await this.session.logout();
  }

  hear(frame: Frame): void {
    if (frame.type === 'hello' || frame.type === 'heartbeat') this.clock.hear(frame.now, frame.type === 'hello');
    this.lane.hear(frame);
    this.press.hear(frame);
    this.board.hear(frame);
  }

  claim(laneId: string): Promise<void> {
    this.#turnTo(laneId);
    return this.lane.claim(laneId);
  }

  watch(laneId: string): Promise<void> {
    this.#turnTo(laneId);
    return this.lane.watch(laneId);
  }

  #turnTo(laneId: string): void {
    this.drafts.flush();
    this.press.forget();
    this.plate.settle(null);
    this.search.clear();
    if (this.freed?.lane === laneId) this.freed = null;
  }
}

export const [useApp, provideApp] = createContext<App>();
