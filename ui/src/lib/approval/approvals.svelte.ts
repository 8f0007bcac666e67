import type { Approval, ApprovalWord, Backend, Frame, Problem } from '$lib/backend';

/** Releases that wait for this supervisor's word, oldest first: the driver of the oldest has waited longest. */
export class Approvals {
  items = $state.raw<Approval[]>([]);
  /** The one that arrived last and was not yet looked at; it has a banner wherever the supervisor is. */
  arrived = $state.raw<Approval | null>(null);
  busy = $state<string | null>(null);
  /** The list could not be read. */
  problem = $state<Problem | null>(null);
  /** An answer was not taken: it stands though the list is read anew, and though what it was for is gone by then. */
  refused = $state<Problem | null>(null);
  loaded = $state(false);
  /** May this person answer at all. */
  mine = $state(false);

  #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  get waiting(): number {
    return this.items.filter((item) => item.state === 'waiting').length;
  }

  async load(): Promise<void> {
    const answer = await this.#backend.approvals();
    if (answer.ok) {
      // The hub lists what waits; what was answered here stays in sight below it.
      const known = answer.data.map((item) => item.id);
      const answered = this.items.filter((item) => item.state !== 'waiting' && !known.includes(item.id));
      this.items = [...answered, ...answer.data].toSorted((a, b) => Date.parse(a.asked_at) - Date.parse(b.asked_at));
      this.problem = null;
    } else this.problem = answer.problem;
    this.loaded = true;
  }

  async answer(id: string, word: ApprovalWord, note: string): Promise<boolean> {
    if (this.busy) return false;
    this.busy = id;
    this.refused = null;
    const answer = await this.#backend.answerApproval(id, {
      answer: word,
      ...(note.trim() ? { note: note.trim() } : {}),
    });
    this.busy = null;
    if (!answer.ok) {
      this.refused = answer.problem;
      void this.load();
      return false;
    }
    this.#put(answer.data);
    return true;
  }

  hear(frame: Frame): void {
    if (!this.mine) return;
    if (frame.type === 'resync') void this.load();
    if (frame.type !== 'approval') return;
    const known = this.items.some((item) => item.id === frame.approval);
    this.#put(frame.facts);
    if (!known && frame.facts.state === 'waiting') this.arrived = frame.facts;
  }

  /** A driver whose time is over no longer waits for a word. */
  tick(now: number): void {
    const over = (item: Approval) => item.state === 'waiting' && Date.parse(item.expires_at) <= now;
    if (!this.items.some(over)) return;
    this.items = this.items.map((item) => (over(item) ? { ...item, state: 'expired' } : item));
    if (this.arrived && over(this.arrived)) this.arrived = null;
  }

  /** The page was left: what was refused there has been read. */
  leave(): void {
    this.refused = null;
  }

  forget(): void {
    this.leave();
    this.problem = null;
    this.items = [];
    this.arrived = null;
    this.loaded = false;
    this.mine = false;
  }

  #put(approval: Approval): void {
    if (this.arrived?.id === approval.id && approval.state !== 'waiting') this.arrived = null;
    const known = this.items.some((item) => item.id === approval.id);
    this.items = known
      ? this.items.map((item) => (item.id === approval.id ? approval : item))
      : approval.state === 'waiting'
        ? [...this.items, approval]
        : this.items;
  }
}
