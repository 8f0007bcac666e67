import type { Backend, LaneHit, Problem, RecentLane, Records, SearchHits } from '$lib/backend';
import { grouped, looksLikeRecord, moved } from './query';

/** Long enough that fast typing asks once, short enough to feel at once. */
const PAUSE_MS = 80;
const nothing: SearchHits = { lots: [], lanes: [] };

/** Typed lookup of lanes (R5) and, without claiming, of records (R41). */
export class Search {
  query = $state('');
  hits = $state.raw<SearchHits>(nothing);
  records = $state.raw<Records | null>(null);
  open = $state(false);
  /** Index over all lanes shown; -1 is none. */
  active = $state(-1);
  waiting = $state(false);
  problem = $state<Problem | null>(null);
  recent = $state.raw<RecentLane[]>([]);
  /** Every lane in a guard's scope, for tiles. */
  own = $state.raw<LaneHit[]>([]);

  groups = $derived(grouped(this.hits));
  lanes = $derived(this.groups.flatMap((group) => group.lanes));

  #backend: Backend;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;
  /** The text whose answer is shown. */
  #answered: string | null = null;
  /** The question under way, and its text. */
  #running: { text: string; done: Promise<void> } | null = null;
  /** Steps of the arrows while the answer was under way: they go through what comes. */
  #steps: (1 | -1)[] = [];

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** What was typed so far; answers follow by themselves. */
  type(text: string): void {
    this.query = text;
    clearTimeout(this.#timer);
    if (text.trim() === '') return this.clear();
    this.open = true;
    // The same words again with a blank behind them are answered already.
    if (this.#fresh) return void (this.waiting = false);
    this.waiting = true;
    // What is still shown is of letters before: nothing of it is chosen any more.
    this.active = -1;
    this.#steps = [];
    this.#timer = setTimeout(() => void this.run(), PAUSE_MS);
  }

  /** Asks for the text that stands there now; a question for it that is under way is waited for. */
  run(): Promise<void> {
    clearTimeout(this.#timer);
    const text = this.query.trim();
    if (text === '') return Promise.resolve();
    if (this.#running?.text !== text) this.#running = { text, done: this.#ask(text) };
    return this.#running.done;
  }

  /** What is shown answers exactly the text that stands there. */
  get #fresh(): boolean {
    return this.#answered !== null && this.#answered === this.query.trim();
  }

  async #ask(query: string): Promise<void> {
    const asked = ++this.#asked;
    const [hits, records] = await Promise.all([
      this.#backend.search(query),
      looksLikeRecord(query) ? this.#backend.records(query) : null,
    ]);
    if (asked !== this.#asked) return;
    this.#running = null;
    this.#answered = query;
    this.waiting = query !== this.query.trim();
    this.problem = hits.ok ? null : hits.problem;
    this.hits = hits.ok ? hits.data : nothing;
    this.records = records?.ok ? records.data : null;
    this.active = this.#fresh && this.hits.lanes.length > 0 ? 0 : -1;
    if (this.#fresh) for (const by of this.#steps) this.move(by);
    this.#steps = [];
  }

  move(by: 1 | -1): void {
    if (!this.#fresh) return void this.#steps.push(by);
    this.active = moved(this.active, by, this.lanes.length);
  }

  get chosen(): LaneHit | null {
    return this.lanes[this.active] ?? null;
  }

  /**
   * Enter before the answer is there waits for it: what is chosen is what was typed, never what was found for letters
   * before. False where the text was changed meanwhile; the Enter was meant for what stood there then.
   */
  async settled(): Promise<boolean> {
    const text = this.query.trim();
    if (text === '') return false;
    if (!this.#fresh) await this.run();
    return this.#fresh && this.query.trim() === text;
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.#answered = null;
    this.#running = null;
    this.#steps = [];
    this.query = '';
    this.hits = nothing;
    this.records = null;
    this.open = false;
    this.active = -1;
    this.waiting = false;
    this.problem = null;
  }

  async loadRecent(ownLanes: boolean): Promise<void> {
    const [recent, own] = await Promise.all([this.#backend.recentLanes(), ownLanes ? this.#backend.search('') : null]);
    if (recent.ok) this.recent = recent.data;
    this.own = own?.ok ? grouped(own.data).flatMap((group) => group.lanes) : [];
  }
}

export function recordCount(records: Records): number {
  return records.stays.length + records.payments.length + records.cases.length + records.openings.length;
}
