import type { Backend, Unpaid } from '$lib/backend';
import { isFor, STALE_MS, type DraftOf } from '$lib/case/draft.svelte';

/** What was filled into the release sheet of a lane; kept on this device over a lost lease, a lost network, a restart. */
export interface ReleaseDraft {
  reason: string | null;
  remark: string;
  unpaid: Unpaid | null;
  driverPhone: string;
  case: string | null;
  /** The plate read at the lane when it was filled in. */
  read: string | null;
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
  #pending: { key: string; draft: ReleaseDraft } | null = null;

  constructor(backend: Backend, read: () => number = Date.now) {
    this.#backend = backend;
    this.#read = read;
  }

  keep(of: DraftOf, draft: Omit<ReleaseDraft, 'at' | 'case' | 'read'>): void {
    const key = keyOf(of.lane);
    if (this.#pending && this.#pending.key !== key) void this.flush();
    this.#pending = { key, draft: { ...draft, case: of.case, read: of.read, at: this.#read() } };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), PAUSE_MS);
  }

  /** Writes at once what is waiting; a lost lease may be the last moment. */
  flush(): Promise<unknown> {
    clearTimeout(this.#timer);
    const pending = this.#pending;
    this.#pending = null;
    if (pending) this.#written = this.#backend.saveDraft(pending.key, JSON.stringify(pending.draft));
    return this.#written;
  }

  async find(of: DraftOf): Promise<ReleaseDraft | null> {
    await this.flush();
    const draft = await this.#stored(of.lane);
    return draft && isFor(draft, of) && this.#read() - draft.at <= STALE_MS ? draft : null;
  }

  /** What was filled in for this case has done its work. What is filled in meanwhile for another one stays. */
  async drop(of: DraftOf): Promise<void> {
    if (this.#pending?.key === keyOf(of.lane) && isFor(this.#pending.draft, of)) {
      clearTimeout(this.#timer);
      this.#pending = null;
    }
    await this.#written;
    const draft = await this.#stored(of.lane);
    if (!draft || isFor(draft, of)) await this.#backend.dropDraft(keyOf(of.lane));
  }

  async #stored(laneId: string): Promise<ReleaseDraft | null> {
    const answer = await this.#backend.draft(keyOf(laneId));
    return answer.ok && answer.data ? parsed(answer.data) : null;
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
      case: text(found.case) || null,
      read: text(found.read) || null,
      at: found.at,
    };
  } catch {
    return null;
  }
}
