import type { Backend } from '$lib/backend';

/** Half-typed work at a lane, kept on this device over a lost lease, a lost network and a restart. */
export interface Draft {
  plate?: string;
  phone?: string;
  note?: string;
  /** When it was typed, in milliseconds; older drafts belong to another vehicle. */
  at: number;
}

/** A draft older than this is about a vehicle that is gone. */
export const STALE_MS = 30 * 60_000;
const PAUSE_MS = 300;

export class DraftKeeper {
  #backend: Backend;
  #read: () => number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pending: { key: string; draft: Draft } | null = null;

  constructor(backend: Backend, read: () => number = Date.now) {
    this.#backend = backend;
    this.#read = read;
  }

  static key(laneId: string): string {
    return `lane:${laneId}`;
  }

  /** Keeps the change with what is already there; written after a short pause in typing. */
  keep(laneId: string, change: Omit<Draft, 'at'>): void {
    const key = DraftKeeper.key(laneId);
    const before = this.#pending?.key === key ? this.#pending.draft : {};
    if (this.#pending && this.#pending.key !== key) this.flush();
    this.#pending = { key, draft: { ...before, ...change, at: this.#read() } };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), PAUSE_MS);
  }

  /** Writes at once what is waiting; for a lost lease, which may be the last moment. */
  flush(): void {
    clearTimeout(this.#timer);
    const pending = this.#pending;
    if (pending) void this.#backend.saveDraft(pending.key, JSON.stringify(pending.draft));
  }

  async find(laneId: string): Promise<Draft | null> {
    const answer = await this.#backend.draft(DraftKeeper.key(laneId));
    if (!answer.ok || !answer.data) return null;
    const draft = parsed(answer.data);
    if (!draft || this.#read() - draft.at > STALE_MS) return null;
    return draft;
  }

  async drop(laneId: string): Promise<void> {
    clearTimeout(this.#timer);
    this.#pending = null;
    await this.#backend.dropDraft(DraftKeeper.key(laneId));
  }
}

function parsed(body: string): Draft | null {
  try {
    const draft: unknown = JSON.parse(body);
    return typeof draft === 'object' && draft !== null && 'at' in draft ? (draft as Draft) : null;
  } catch {
    return null;
  }
}
