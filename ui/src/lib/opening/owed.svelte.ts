import type { Backend, Frame, Opening } from '$lib/backend';

/** More than so many are counted, not listed. */
const MOST = 100;

/** Photos are waited for; what a supervisor has closed is not, though it lacks them still. */
export function owes(opening: Opening): boolean {
  return (opening.photos_owed?.missing ?? 0) > 0 && !opening.photos_owed?.closed;
}

/** Too late for a photo to count. */
export function overdue(opening: Opening, now: number): boolean {
  return opening.photos_owed != null && Date.parse(opening.photos_owed.due_at) <= now;
}

/** 待补录: releases whose photos are still to be brought (R24). Supervisors see everybody's, others their own. */
export class Owed {
  rows = $state.raw<Opening[]>([]);

  #backend: Backend;
  #live = false;
  #mine: string | null = null;
  #all = false;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  async enter(person: string, all: boolean): Promise<void> {
    this.#live = true;
    this.#mine = person;
    this.#all = all;
    const answer = await this.#backend.openings({ owing: true, limit: MOST });
    if (answer.ok && this.#live) this.rows = answer.data.items;
  }

  leave(): void {
    this.#live = false;
    this.rows = [];
  }

  hear(frame: Frame): void {
    if (this.#live && frame.type === 'opening') this.put(frame.opening);
  }

  /** An opening as it stands now: listed while it owes. */
  put(opening: Opening): void {
    const others = this.rows.filter((row) => row.id !== opening.id);
    const here = owes(opening) && (this.#all || opening.person.id === this.#mine);
    if (here || others.length < this.rows.length) this.rows = here ? [opening, ...others] : others;
  }
}
