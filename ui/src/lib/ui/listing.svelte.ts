import type { Answer, Page, Problem } from '$lib/backend';

/** Each row where it comes first: lists of several answers may share some, and a page keyed by ids cannot show one twice. */
export function onlyOnce<T extends { id: string }>(rows: readonly T[]): T[] {
  return rows.filter(({ id }, at) => rows.findIndex((row) => row.id === id) === at);
}

/** A short list read page by page: debts, rises, warnings. */
export class Listing<T extends { id: string }> {
  items = $state.raw<T[]>([]);
  next = $state<string | null>(null);
  loading = $state(false);
  loaded = $state(false);
  problem = $state<Problem | null>(null);
  #read: (cursor: string | null) => Promise<Answer<Page<T>>>;
  #run = 0;

  constructor(read: (cursor: string | null) => Promise<Answer<Page<T>>>) {
    this.#read = read;
  }

  load(): Promise<void> {
    return this.#fetch(null);
  }

  async more(): Promise<void> {
    if (this.next && !this.loading) await this.#fetch(this.next);
  }

  /** A row that changed keeps its place; a new one stands on top. */
  put(item: T): void {
    const known = this.items.some((each) => each.id === item.id);
    this.items = known ? this.items.map((each) => (each.id === item.id ? item : each)) : [item, ...this.items];
  }

  async #fetch(cursor: string | null): Promise<void> {
    const run = ++this.#run;
    this.loading = true;
    this.problem = null;
    const answer = await this.#read(cursor);
    if (run !== this.#run) return;
    this.loading = false;
    this.loaded = true;
    if (!answer.ok) return void (this.problem = answer.problem);
    // A row that was told meanwhile stands on top already.
    this.items = cursor ? onlyOnce([...this.items, ...answer.data.items]) : answer.data.items;
    this.next = answer.data.next ?? null;
  }
}
