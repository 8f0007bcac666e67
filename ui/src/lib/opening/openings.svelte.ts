import type {
  Backend,
  By,
  Frame,
  Opening,
  OpeningFilter,
  Problem,
  ReasonChoice,
  Statistics,
  Warning,
} from '$lib/backend';
import { filterOf, fits, nothing, remembered, type Wanted } from './filter';
import { PAGE, Pages } from './pages.svelte';

/** A list is asked for after a short pause in typing. */
const PAUSE_MS = 250;
/** Counts follow the list this much later. */
const RECOUNT_MS = 3_000;
const KEY = 'openings';
export const charts: readonly By[] = ['hour', 'reason', 'person', 'lane', 'lot'];
/** The rows of one warning are few; more would not be looked through. */
const WARNED = 60;

/** The openings page: what is wanted, the rows, their counts, the one that is open. */
export class Openings {
  wanted = $state<Wanted>({ ...nothing });
  statistics = $state.raw<Partial<Record<By, Statistics>>>({});
  reasons = $state.raw<ReasonChoice[]>([]);
  /** The opening whose detail is open. */
  chosen = $state.raw<Opening | null>(null);
  chosenProblem = $state<Problem | null>(null);
  /** Only the rows of this warning. */
  warned = $state.raw<{ warning: Warning; rows: Opening[] } | null>(null);
  /** Everybody's openings with counts, or one's own alone. */
  all = $state(false);
  readonly pages: Pages;

  #backend: Backend;
  #now: () => number;
  #filter: OpeningFilter = {};
  #timer: ReturnType<typeof setTimeout> | undefined;
  #later: ReturnType<typeof setTimeout> | undefined;
  /** Rises with every opening that is looked at, so that late answers are dropped. */
  #turn = 0;
  #run = 0;
  #live = false;

  constructor(backend: Backend, now: () => number) {
    this.#backend = backend;
    this.#now = now;
    this.pages = new Pages((cursor) =>
      this.#backend.openings({ ...this.#filter, limit: PAGE, ...(cursor ? { cursor } : {}) }),
    );
  }

  get filter(): OpeningFilter {
    return this.#filter;
  }

  reasonText(code: string | null | undefined): string {
    return this.reasons.find((reason) => reason.code === code)?.text ?? code ?? '';
  }

  /** The page was opened. */
  async enter(all: boolean): Promise<void> {
    this.all = all;
    this.#live = true;
    const [kept] = await Promise.all([this.#backend.draft(KEY), this.loadReasons()]);
    if (kept.ok) this.wanted = remembered(kept.data);
    await this.reload();
  }

  /** The reasons' words, for whoever shows a code. */
  async loadReasons(): Promise<void> {
    if (this.reasons.length > 0) return;
    const answer = await this.#backend.reasons();
    if (answer.ok) this.reasons = answer.data;
  }

  leave(): void {
    this.#live = false;
    clearTimeout(this.#timer);
    clearTimeout(this.#later);
    this.#later = undefined;
    this.chosen = null;
    this.warned = null;
  }

  /** A change of the filter; typing waits a moment. */
  want(change: Partial<Wanted>, typing = false): void {
    this.wanted = { ...this.wanted, ...change };
    this.warned = null;
    void this.#backend.saveDraft(KEY, JSON.stringify(this.wanted));
    clearTimeout(this.#timer);
    if (typing) this.#timer = setTimeout(() => void this.reload(), PAUSE_MS);
    else void this.reload();
  }

  clear(): void {
    this.want({ ...nothing, span: this.wanted.span, fromDay: this.wanted.fromDay, toDay: this.wanted.toDay });
  }

  async reload(): Promise<void> {
    this.#filter = filterOf(this.wanted, this.#now());
    await Promise.all([this.pages.restart(), this.#count()]);
  }

  async open(id: string): Promise<void> {
    const turn = ++this.#turn;
    this.chosenProblem = null;
    const known = this.chosen?.id === id ? this.chosen : null;
    const answer = await this.#backend.opening(id);
    // Another one was opened, or this one put away.
    if (turn !== this.#turn) return;
    if (answer.ok) this.chosen = answer.data;
    else if (!known) this.chosenProblem = answer.problem;
  }

  show(opening: Opening): void {
    this.chosen = opening;
    void this.open(opening.id);
  }

  shut(): void {
    this.#turn += 1;
    this.chosen = null;
    this.chosenProblem = null;
  }

  /** A warning leads to its rows. */
  async showWarned(warning: Warning): Promise<void> {
    const turn = ++this.#turn;
    const answers = await Promise.all(warning.openings.slice(0, WARNED).map((id) => this.#backend.opening(id)));
    if (turn !== this.#turn) return;
    this.warned = { warning, rows: answers.flatMap((answer) => (answer.ok ? [answer.data] : [])) };
    const first = this.warned.rows[0];
    if (first) this.show(first);
  }

  hear(frame: Frame): void {
    if (!this.#live) return;
    if (frame.type === 'resync') void this.reload();
    if (frame.type === 'opening') this.put(frame.opening);
  }

  /** An opening as it stands now. */
  put(opening: Opening): void {
    const fitting = fits(this.#filter, opening);
    this.pages.put(opening, fitting);
    if (fitting) this.#recount();
    if (this.chosen?.id === opening.id) this.chosen = opening;
  }

  /** Many openings in a moment are counted once. */
  #recount(): void {
    this.#later ??= setTimeout(() => {
      this.#later = undefined;
      if (this.#live) void this.#count();
    }, RECOUNT_MS);
  }

  async #count(): Promise<void> {
    if (!this.all) return;
    const run = ++this.#run;
    const filter = this.#filter;
    const answers = await Promise.all(charts.map((by) => this.#backend.openingStatistics(filter, by)));
    if (run !== this.#run) return;
    const found: Partial<Record<By, Statistics>> = {};
    answers.forEach((answer, at) => {
      const by = charts[at];
      if (answer.ok && by) found[by] = answer.data;
    });
    this.statistics = found;
  }
}
