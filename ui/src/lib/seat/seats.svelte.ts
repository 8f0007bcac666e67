import type { Backend, Frame, Problem, Seat, SeatChoice } from '$lib/backend';

/** Who sits where, and how each seat stands (R2, R4, R30). */
export class Seats {
  list = $state.raw<readonly Seat[]>([]);
  problem = $state<Problem | null>(null);
  busy = $state(false);

  #backend: Backend;
  #sees: () => boolean;

  constructor(backend: Backend, sees: () => boolean) {
    this.#backend = backend;
    this.#sees = sees;
  }

  /** False where nothing could be learnt: what was known stays. */
  async load(): Promise<boolean> {
    if (!this.#sees()) this.forget();
    const answer = this.#sees() ? await this.#backend.seats() : null;
    if (!answer?.ok || !this.#sees()) return false;
    this.list = answer.data;
    return true;
  }

  hear(frame: Frame): void {
    if (!this.#sees()) return;
    if (frame.type === 'resync') void this.load();
    if (frame.type !== 'seat') return;
    const known = this.list.some((seat) => seat.number === frame.seat.number);
    this.list = known
      ? this.list.map((seat) => (seat.number === frame.seat.number ? frame.seat : seat))
      : [...this.list, frame.seat].sort((a, b) => a.number.localeCompare(b.number));
  }

  /** Takes calls again, or not for now. How the seat then stands is the hub's to say. */
  async choose(state: SeatChoice): Promise<boolean> {
    this.problem = null;
    this.busy = true;
    const answer = await this.#backend.seatState(state);
    this.busy = false;
    if (!answer.ok) this.problem = answer.problem;
    else await this.load();
    return answer.ok;
  }

  /** The seat somebody sits at. */
  of(personId: string | undefined): Seat | null {
    return this.list.find((seat) => personId !== undefined && seat.person?.id === personId) ?? null;
  }

  forget(): void {
    this.list = [];
    this.problem = null;
  }
}
