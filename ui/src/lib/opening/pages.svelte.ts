import type { Answer, Opening, Page, Problem } from '$lib/backend';

/** Rows asked for at a time. */
export const PAGE = 100;
/** Pages kept; what lies further from sight is dropped and read again by its cursor, so that memory stays flat. */
const KEPT = 12;

interface Held {
  /** What was sent to get it; null for the first. */
  cursor: string | null;
  count: number;
  rows: Opening[] | null;
}

/** A list read page by page along the hub's cursor, of which only the pages near the eye are held. */
export class Pages {
  /** Rows known so far. */
  count = $state(0);
  /** The last page was read. */
  whole = $state(false);
  loading = $state(false);
  problem = $state<Problem | null>(null);
  /** Rises with every change of rows. */
  version = $state(0);

  #read: (cursor: string | null) => Promise<Answer<Page<Opening>>>;
  #held: Held[] = [];
  #next: string | null = null;
  #run = 0;
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- only asked before a page is read, never drawn
  #fetching = new Set<number>();

  constructor(read: (cursor: string | null) => Promise<Answer<Page<Opening>>>) {
    this.#read = read;
  }

  /** Begins anew; the old rows stay in sight until the first new page is there. */
  async restart(): Promise<void> {
    const run = ++this.#run;
    this.loading = true;
    this.problem = null;
    const answer = await this.#read(null);
    if (run !== this.#run) return;
    this.loading = false;
    if (!answer.ok) return void (this.problem = answer.problem);
    this.#held = [];
    this.#fetching.clear();
    this.#append(null, answer.data);
  }

  /** The row at this place, or null while its page is being read. */
  row(at: number): Opening | null {
    const [page, within] = this.#place(at);
    return this.#held[page]?.rows?.[within] ?? null;
  }

  /** Called with the rows in sight: reads what is missing around them, drops what is far. */
  near(first: number, end: number): void {
    const [from] = this.#place(Math.max(0, first));
    const [to] = this.#place(Math.max(0, end - 1));
    for (let page = from; page <= to; page += 1) if (this.#held[page]?.rows === null) void this.#refill(page);
    if (!this.whole && end > this.count - PAGE / 2) void this.more();
    this.#drop(from, to);
  }

  async more(): Promise<void> {
    if (this.loading || this.whole || this.#next === null) return;
    const run = this.#run;
    const cursor = this.#next;
    this.loading = true;
    const answer = await this.#read(cursor);
    if (run !== this.#run) return;
    this.loading = false;
    if (answer.ok) this.#append(cursor, answer.data);
    else this.problem = answer.problem;
  }

  /** An opening that was recorded or completed: known ones are replaced in place, new ones stand on top. */
  put(opening: Opening, isNew: boolean): void {
    for (const held of this.#held) {
      const at = held.rows?.findIndex((row) => row.id === opening.id) ?? -1;
      if (held.rows && at >= 0) {
        held.rows[at] = opening;
        this.version += 1;
        return;
      }
    }
    const top = this.#held[0];
    if (!isNew || !top) return;
    if (top.rows) top.rows.unshift(opening);
    top.count += 1;
    this.count += 1;
    this.version += 1;
  }

  #append(cursor: string | null, page: Page<Opening>): void {
    this.#held.push({ cursor, count: page.items.length, rows: page.items });
    this.#next = page.next ?? null;
    this.whole = this.#next === null;
    this.count = this.#held.reduce((sum, held) => sum + held.count, 0);
    this.version += 1;
  }

  #place(at: number): [page: number, within: number] {
    // Pages are PAGE long but for the first, which grows on top, and the last.
    const first = this.#held[0]?.count ?? 0;
    if (at < first) return [0, at];
    return [1 + Math.floor((at - first) / PAGE), (at - first) % PAGE];
  }

  async #refill(page: number): Promise<void> {
    const held = this.#held[page];
    if (!held || this.#fetching.has(page)) return;
    const run = this.#run;
    this.#fetching.add(page);
    const answer = await this.#read(held.cursor);
    this.#fetching.delete(page);
    if (run !== this.#run || !answer.ok) return;
    // The first page may have grown meanwhile; its place in the list must not change.
    held.rows = answer.data.items.slice(0, held.count);
    this.version += 1;
  }

  #drop(from: number, to: number): void {
    const full = this.#held.reduce((sum, held) => sum + (held.rows ? 1 : 0), 0);
    if (full <= KEPT) return;
    for (const [page, held] of this.#held.entries()) if (page < from - 4 || page > to + 4) held.rows = null;
  }
}
