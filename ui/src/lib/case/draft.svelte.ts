import type { Backend } from '$lib/backend';
import type { Asker } from '$lib/reply/replies.svelte';

/** For which case something was typed. */
export type DraftOf = Pick<Asker, 'lane' | 'case' | 'read'>;

/** Half-typed work at a lane, kept on this device over a lost lease, a lost network and a restart. */
export interface Draft {
  plate?: string;
  phone?: string;
  note?: string;
  case: string | null;
  /** The plate read at the lane when it was typed. */
  read: string | null;
  /** When it was typed, in milliseconds; older drafts belong to another vehicle. */
  at: number;
}

/** A draft older than this is about a vehicle that is gone. */
export const STALE_MS = 30 * 60_000;
const PAUSE_MS = 300;

/**
 * Whether what was typed is for this case: typed in it, or in the one before it, whose lease was lost while the same
 * vehicle stood there.
 */
export function isFor(typed: { case?: unknown; read?: unknown }, of: DraftOf): boolean {
  return typed.case === of.case || (typed.read !== undefined && typed.read === of.read);
}

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
  keep(of: DraftOf, change: Pick<Draft, 'plate' | 'phone' | 'note'>): void {
    const key = DraftKeeper.key(of.lane);
    const kept = this.#pending?.key === key && isFor(this.#pending.draft, of) ? this.#pending.draft : {};
    if (this.#pending && this.#pending.key !== key) this.flush();
    this.#pending = { key, draft: { ...kept, ...change, case: of.case, read: of.read, at: this.#read() } };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), PAUSE_MS);
  }

  /** Writes at once what is waiting; for a lost lease, which may be the last moment. */
  flush(): void {
    clearTimeout(this.#timer);
    const pending = this.#pending;
    if (pending) void this.#backend.saveDraft(pending.key, JSON.stringify(pending.draft));
  }

  async find(of: DraftOf): Promise<Draft | null> {
    const draft = await this.#stored(of.lane);
    if (!draft || !isFor(draft, of) || this.#read() - draft.at > STALE_MS) return null;
    return draft;
  }

  /** What was typed for this case has done its work. What is typed meanwhile for another one stays. */
  async drop(of: DraftOf): Promise<void> {
    const key = DraftKeeper.key(of.lane);
    if (this.#pending?.key === key && isFor(this.#pending.draft, of)) {
      clearTimeout(this.#timer);
      this.#pending = null;
    }
    const draft = await this.#stored(of.lane);
    if (!draft || isFor(draft, of)) await this.#backend.dropDraft(key);
  }

  async #stored(laneId: string): Promise<Draft | null> {
    const answer = await this.#backend.draft(DraftKeeper.key(laneId));
    return answer.ok && answer.data ? parsed(answer.data) : null;
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
