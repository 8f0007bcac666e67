import type { Backend, Unpaid } from '$lib/backend';
import { STALE_MS } from '$lib/case/draft.svelte';

/** What was filled into the release sheet of a lane; kept on this device over a lost lease, a lost network, a restart. */
export interface ReleaseDraft {
  reason: string | null;
  remark: string;
  unpaid: Unpaid | null;
  driverPhone: string;
  /** When it was filled in, in milliseconds; older drafts belong to another vehicle. */
  at: number;
}

const PAUSE_MS = 300;
const keyOf = (laneId: string): string => `release:${laneId}`;

export class ReleaseDrafts {
  #backend: Backend;
  #read: () => number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The last write; whoever reads waits for it. */
  #written: Promise<unknown> = Promise.resolve();
  #pending: { key: string; body: string } | null = null;

  constructor(backend: Backend, read: () => number = Date.now) {
    this.#backend = backend;
    this.#read = read;
  }

  keep(laneId: string, draft: Omit<ReleaseDraft, 'at'>): void {
    if (this.#pending && this.#pending.key !== keyOf(laneId)) void this.flush();
    this.#pending = { key: keyOf(laneId), body: JSON.stringify({ ...draft, at: this.#read() }) };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), PAUSE_MS);
  }

  /** Writes at once what is waiting; a lost lease may be the last moment. */
  flush(): Promise<unknown> {
    clearTimeout(this.#timer);
    const pending = this.#pending;
    this.#pending = null;
    if (pending) this.#written = this.#backend.saveDraft(pending.key, pending.body);
    return this.#written;
  }

  async find(laneId: string): Promise<ReleaseDraft | null> {
    await this.flush();
    const answer = await this.#backend.draft(keyOf(laneId));
    const draft = answer.ok && answer.data ? parsed(answer.data) : null;
    return draft && this.#read() - draft.at <= STALE_MS ? draft : null;
  }

  async drop(laneId: string): Promise<void> {
    clearTimeout(this.#timer);
    this.#pending = null;
    await this.#written;
    await this.#backend.dropDraft(keyOf(laneId));
  }
}

/** Only what has the right shape is laid back in: a draft of another release of the desk must not break the sheet. */
function parsed(body: string): ReleaseDraft | null {
  try {
    const found = JSON.parse(body) as Partial<Record<keyof ReleaseDraft, unknown>> | null;
    if (!found || typeof found.at !== 'number') return null;
    const text = (value: unknown): string => (typeof value === 'string' ? value : '');
    return {
      reason: text(found.reason) || null,
      remark: text(found.remark),
      unpaid: found.unpaid === 'waive' || found.unpaid === 'debt' ? found.unpaid : null,
      driverPhone: text(found.driverPhone),
      at: found.at,
    };
  } catch {
    return null;
  }
}
