import type { Backend, BoardItem, Frame } from '$lib/backend';

/** Many leases change together when a shift begins: ask once for all of them. */
const PAUSE_MS = 400;

/** What others are handling now, for the idle page. */
export class BoardNow {
  items = $state.raw<BoardItem[]>([]);
  #backend: Backend;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  async load(): Promise<void> {
    const answer = await this.#backend.handled();
    // A hub out of reach: the list is left out, the connection is told elsewhere.
    this.items = answer.ok ? answer.data.items : [];
  }

  hear(frame: Frame): void {
    if (frame.type !== 'lease' && frame.type !== 'resync') return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.load(), PAUSE_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
