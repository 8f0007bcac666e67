import type {
  Answer,
  Backend,
  Claimed,
  CloseCase,
  Direction,
  Frame,
  Holder,
  LostWhy,
  Problem,
  Taken,
  View,
} from '$lib/backend';
import type { PlainKey } from '$lib/messages/words.svelte';
import type { Asker } from '$lib/reply/replies.svelte';
import { isOverdue, left, USUAL_LEASE_MS } from './lease';
import { merged } from './merge';

/** How this desk stands to the lane on the page. */
export type Mode = 'idle' | 'loading' | 'mine' | 'watch' | 'lost';
/** Frames of a lane whose view was still on its way. */
interface Early {
  lane: string;
  frames: Extract<Frame, { type: 'view' }>[];
}
/** The steps at a lane, one at a time. */
type Step =
  | 'renew'
  | 'take_over'
  | 'ask'
  | 'remind'
  | 'plate'
  | 'phone'
  | 'vehicle'
  | 'direction'
  | 'passed'
  | 'picture'
  | 'grant'
  | 'close';
/** What comes with a claim, and may come with a call. */
type Brought = Pick<Taken, 'case' | 'lease' | 'view'>;
export interface Lost {
  why: LostWhy;
  by: Holder | null;
  note: string | null;
}

/** The lane on the page: what is seen of it and what this desk may do there. */
export class Lane {
  mode = $state<Mode>('idle');
  view = $state.raw<View | null>(null);
  caseId = $state<string | null>(null);
  lost = $state<Lost | null>(null);
  /** Who asks to go on with this case (请求接手). */
  asked = $state<Holder | null>(null);
  /** What the last attempt to open, change or close met, in words. */
  problem = $state<Problem | null>(null);
  /** The step under way; one at a time, so that nothing is sent twice. */
  busy = $state<Step | null>(null);
  /** Lanes this desk wants to be reminded of. */
  reminded = $state<string[]>([]);
  /** The requested lane asked its holder. */
  hasAsked = $state(false);
  /** The longest remaining time seen, for the bar's length. */
  whole = $state(USUAL_LEASE_MS);

  #backend: Backend;
  #now: () => number;
  /** Told what became of a step whose page has turned since. */
  #elsewhere: (asker: Asker, step: PlainKey, answer: Answer<unknown>) => void;
  /** Rises with every lane opened, so that a late answer for the one before is dropped. */
  #visit = 0;
  /** Frames that came while the view was still on its way. */
  #early: Early | null = null;
  /** A take is on its way, which frees the lane one holds now. */
  #taking = false;

  constructor(
    backend: Backend,
    now: () => number,
    elsewhere: (asker: Asker, step: PlainKey, answer: Answer<unknown>) => void = () => undefined,
  ) {
    this.#backend = backend;
    this.#now = now;
    this.#elsewhere = elsewhere;
  }

  get laneId(): string | null {
    return this.view?.lane.id ?? null;
  }

  /** For what anything asked on this page is asked; null where no lane is on it. */
  get asker(): Asker | null {
    const { view, caseId } = this;
    if (!view) return null;
    const read = view.case?.plate_read ?? view.picture?.plate ?? null;
    return { lane: view.lane.id, case: caseId, name: `${view.lot.name} · ${view.lane.name}`, read };
  }

  /** 处理: claims the lane; where another holds it, opens it read-only (R6, R7). */
  async claim(laneId: string): Promise<void> {
    const visit = this.#begin(laneId);
    const answer = await this.#backend.claimLane(laneId);
    if (visit !== this.#visit) return;
    if (answer.ok) return this.#adopt(answer.data);
    if (answer.problem.code === 'lane_held') return this.#open(laneId, visit, 'watch');
    this.#fail(answer.problem);
  }

  /** 查看: opens the lane without locking it. */
  async watch(laneId: string): Promise<void> {
    const visit = this.#begin(laneId);
    await this.#open(laneId, visit, 'watch');
  }

  /**
   * A call, a case opened by hand and a move bring their lane along; one that somebody else holds is looked at (R7, R29).
   * Where it is refused, or brings no lane, the page stays as it is; `turn` puts away what belonged to it just before it
   * turns.
   */
  async take<T extends Brought>(
    laneId: string | null,
    run: () => Promise<Answer<T>>,
    turn: () => void,
  ): Promise<Answer<T>> {
    const visit = this.#visit;
    const early: Early = { lane: laneId ?? '', frames: [] };
    this.#early = early;
    this.#taking = true;
    const answer = await run();
    this.#taking = false;
    if (visit !== this.#visit) return answer;
    this.#early = null;
    if (!answer.ok || !answer.data.view) return answer;
    const { case: opened, lease, view } = answer.data;
    turn();
    this.#visit += 1;
    this.#reset();
    this.#early = early;
    if (opened && lease) this.#adopt({ case: opened, lease, view });
    else {
      this.mode = 'watch';
      this.problem = null;
      this.#show(view);
    }
    return answer;
  }

  /** 再次查询: ten new minutes on the lane one holds. */
  async renew(): Promise<void> {
    const laneId = this.laneId;
    if (!laneId || this.busy) return;
    const claimed = await this.#step('renew', () => this.#backend.claimLane(laneId));
    if (claimed) this.#adopt(claimed);
  }

  async takeOver(reason: string): Promise<boolean> {
    const laneId = this.laneId;
    if (!laneId) return false;
    const claimed = await this.#step('take_over', () => this.#backend.takeOverLane(laneId, reason));
    if (claimed) this.#adopt(claimed);
    return claimed !== null;
  }

  async ask(): Promise<void> {
    const laneId = this.laneId;
    if (!laneId) return;
    this.hasAsked = (await this.#done('ask', () => this.#backend.askForLane(laneId))) || this.hasAsked;
  }

  async remind(on: boolean): Promise<void> {
    const laneId = this.laneId;
    if (!laneId || !(await this.#done('remind', () => this.#backend.remindWhenFree(laneId, on)))) return;
    this.reminded = on ? [...this.reminded, laneId] : this.reminded.filter((id) => id !== laneId);
  }

  correctPlate(plate: string): Promise<boolean> {
    return this.#change('plate', (id) => this.#backend.correctPlate(id, plate));
  }

  findPhone(phone: string): Promise<boolean> {
    return this.#change('phone', (id) => this.#backend.findPhone(id, phone));
  }

  chooseVehicle(candidate: string): Promise<boolean> {
    return this.#change('vehicle', (id) => this.#backend.chooseVehicle(id, candidate));
  }

  setDirection(direction: Direction): Promise<boolean> {
    return this.#change('direction', (id) => this.#backend.setDirection(id, direction));
  }

  markPassed(): Promise<boolean> {
    return this.#change('passed', (id) => this.#backend.markPassed(id));
  }

  refreshPicture(): Promise<boolean> {
    return this.#change('picture', (id) => this.#backend.refreshPicture(id));
  }

  /** The reminder came; it is told once. */
  reminderCame(laneId: string): void {
    this.reminded = this.reminded.filter((id) => id !== laneId);
  }

  /** Grants the lane to whoever asked for it. */
  async grant(): Promise<void> {
    const to = this.asked;
    const caseId = this.caseId;
    if (!to || !caseId) return;
    if (await this.#done('grant', () => this.#backend.handOverCase(caseId, { to: to.id, note: '' }))) this.asked = null;
  }

  refuse(): void {
    this.asked = null;
  }

  /** 关单: the lane is free at once and the page idle (R8, R20). */
  async close(close: CloseCase): Promise<boolean> {
    const caseId = this.caseId;
    if (!caseId || !(await this.#done('close', () => this.#backend.closeCase(caseId, close)))) return false;
    this.leave();
    return true;
  }

  /** Back to idle; nothing is told to the hub. */
  leave(): void {
    this.#visit += 1;
    this.#early = null;
    this.#reset();
    this.mode = 'idle';
    this.view = null;
    this.problem = null;
  }

  /** The page was loaded anew: its work goes on where it stood. */
  async restore(): Promise<void> {
    const visit = this.#visit;
    const answer = await this.#backend.currentCase();
    if (visit === this.#visit && answer.ok && answer.data) this.#adopt(answer.data);
  }

  /** Too much was missed: everything on the page is read again. */
  async reread(): Promise<void> {
    const laneId = this.laneId;
    if (!laneId) return;
    const visit = this.#visit;
    const [view, current] = await Promise.all([this.#backend.viewLane(laneId), this.#backend.currentCase()]);
    if (visit !== this.#visit) return;
    if (view.ok) this.#show(view.data);
    const still = current.ok && current.data?.case.id === this.caseId;
    if (this.mode === 'mine' && current.ok && !still) this.#lose({ why: 'expired', by: null, note: null });
  }

  /** What the hub tells by itself. */
  hear(frame: Frame): void {
    if (frame.type === 'resync') void this.reread();
    else if (frame.type === 'view') this.#hearView(frame);
    else if (frame.type === 'lease_lost' && frame.case === this.caseId && this.#mayLose(frame.why))
      this.#lose({ why: frame.why, by: frame.by ?? null, note: frame.note ?? null });
    else if (frame.type === 'asked' && frame.case === this.caseId && this.mode === 'mine') this.asked = frame.by;
    else if (frame.type === 'lease' && frame.lane === this.laneId && this.view) this.#hearLease(frame);
  }

  /** Once a second: a lease whose end nobody told is over all the same. */
  tick(): void {
    if (this.mode === 'mine' && isOverdue(this.view?.lease?.expires_at, this.#now()))
      this.#lose({ why: 'expired', by: null, note: null });
  }

  /** Closing, or taking a call, tells this desk too that its lease is over; that is no loss. */
  #mayLose(why: LostWhy): boolean {
    return this.mode === 'mine' && this.busy !== 'close' && !(this.#taking && why === 'requeried');
  }

  #begin(laneId: string): number {
    this.#visit += 1;
    this.#early = { lane: laneId, frames: [] };
    this.#reset();
    this.mode = 'loading';
    this.view = null;
    this.problem = null;
    return this.#visit;
  }

  #reset(): void {
    this.caseId = null;
    this.lost = null;
    this.asked = null;
    this.busy = null;
    this.hasAsked = false;
    this.whole = USUAL_LEASE_MS;
  }

  async #open(laneId: string, visit: number, mode: Mode): Promise<void> {
    const answer = await this.#backend.viewLane(laneId);
    if (visit !== this.#visit) return;
    if (!answer.ok) return this.#fail(answer.problem);
    this.mode = mode;
    this.#show(answer.data);
  }

  #adopt(claimed: Claimed): void {
    this.caseId = claimed.case.id;
    this.mode = 'mine';
    this.lost = null;
    this.problem = null;
    this.#show(claimed.view);
  }

  #show(view: View): void {
    const early = this.#early?.lane === view.lane.id ? this.#early.frames : [];
    this.#early = null;
    this.view = early.reduce(merged, view);
    this.#measure();
  }

  #measure(): void {
    this.whole = Math.max(this.whole, left(this.view?.lease?.expires_at, this.#now()) ?? 0);
  }

  #fail(problem: Problem): void {
    this.#early = null;
    this.mode = 'idle';
    this.problem = problem;
  }

  #lose(lost: Lost): void {
    this.mode = 'lost';
    this.lost = lost;
    this.asked = null;
    this.busy = null;
  }

  #hearView(frame: Extract<Frame, { type: 'view' }>): void {
    if (this.#early?.lane === frame.lane) this.#early.frames.push(frame);
    if (this.view?.lane.id !== frame.lane) return;
    this.view = merged(this.view, frame);
    this.#measure();
  }

  #hearLease(frame: Extract<Frame, { type: 'lease' }>): void {
    if (!this.view) return;
    const lease =
      frame.holder && frame.since
        ? { holder: frame.holder, acquired_at: frame.since, expires_at: frame.expires_at ?? null }
        : null;
    if (!lease) this.reminded = this.reminded.filter((id) => id !== frame.lane);
    this.view = { ...this.view, lease };
    this.#measure();
  }

  /** A change of the case: its answer is the new view. A lost lease turns the page, whatever the step was. */
  async #change(name: Step, run: (caseId: string) => Promise<Answer<View>>): Promise<boolean> {
    const caseId = this.caseId;
    if (!caseId || this.mode !== 'mine') return false;
    const view = await this.#step(name, () => run(caseId));
    if (view && this.view?.lane.id === view.lane.id) this.#show(view);
    return view !== null;
  }

  async #done(name: Step, run: () => Promise<Answer<null>>): Promise<boolean> {
    return (await this.#step(name, async () => wrapped(await run()))) !== null;
  }

  async #step<T>(name: Step, run: () => Promise<Answer<T>>): Promise<T | null> {
    if (this.busy) return null;
    const [visit, asker] = [this.#visit, this.asker];
    this.busy = name;
    this.problem = null;
    const answer = await run();
    // Told also where the same lane is on another of the person's pages; the strip leaves out what is in sight.
    if (asker) this.#elsewhere(asker, `reply_step.${name}`, answer);
    if (visit !== this.#visit) return null;
    this.busy = null;
    if (answer.ok) return answer.data;
    this.problem = answer.problem;
    const over = answer.problem.code === 'lease_lost' || answer.problem.code === 'case_closed';
    if (over && this.mode === 'mine') this.#lose({ why: 'expired', by: null, note: null });
    return null;
  }
}

/** Commands without data answer null; a step needs to tell that from failing. */
function wrapped(answer: Answer<null>): Answer<true> {
  return answer.ok ? { ok: true, data: true } : answer;
}
