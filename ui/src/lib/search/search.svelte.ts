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

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** What was typed so far; answers follow by themselves. */
  type(text: string): void {
    this.query = text;
    clearTimeout(this.#timer);
    if (text.trim() === '') return this.clear();
    this.open = true;
    this.waiting = true;
    this.#timer = setTimeout(() => void this.run(), PAUSE_MS);
  }

  async run(): Promise<void> {
    clearTimeout(this.#timer);
    const query = this.query.trim();
    if (query === '') return;
    const asked = ++this.#asked;
    const [hits, records] = await Promise.all([
      this.#backend.search(query),
      looksLikeRecord(query) ? this.#backend.records(query) : null,
    ]);
    if (asked !== this.#asked) return;
    this.waiting = false;
    this.problem = hits.ok ? null : hits.problem;
    this.hits = hits.ok ? hits.data : nothing;
    this.records = records?.ok ? records.data : null;
    this.active = this.hits.lanes.length > 0 ? 0 : -1;
  }

  move(by: 1 | -1): void {
    this.active = moved(this.active, by, this.lanes.length);
  }

  get chosen(): LaneHit | null {
    return this.lanes[this.active] ?? null;
  }

  /** Enter before the answer is there waits for it: what is chosen is what was typed. */
  async settled(): Promise<LaneHit | null> {
    if (this.waiting) await this.run();
    return this.chosen;
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#asked += 1;
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
