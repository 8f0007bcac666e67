import type { Answer, Backend, Cells, DeviceHealth, DeviceTest, Frame, Maintenance, Problem } from '$lib/backend';
import { Listing } from '$lib/ui/listing.svelte';

/** A clock further off than this makes reads look older or newer than they are. */
export const CLOCK_OFF_MS = 30_000;

/** How devices are, and what is to be repaired. */
export class Devices {
  items = $state.raw<DeviceHealth[]>([]);
  loaded = $state(false);
  problem = $state<Problem | null>(null);
  busy = $state(false);
  state = $state<'open' | 'closed'>('open');
  readonly repairs: Listing<Maintenance>;
  #backend: Backend;
  #open = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(backend: Backend) {
    this.#backend = backend;
    this.repairs = new Listing((cursor) => backend.maintenance({ state: this.state, ...(cursor ? { cursor } : {}) }));
  }

  enter(): void {
    this.#open = true;
    void this.load();
    void this.repairs.load();
  }

  leave(): void {
    this.#open = false;
    clearTimeout(this.#timer);
  }

  async load(): Promise<void> {
    const answer = await this.#backend.devices(null);
    this.loaded = true;
    if (answer.ok) {
      this.items = answer.data;
      this.problem = null;
    } else this.problem = answer.problem;
  }

  pick(state: 'open' | 'closed'): void {
    this.state = state;
    void this.repairs.load();
  }

  note(device: string, note: string): Promise<Answer<Maintenance>> {
    return this.#step(this.#backend.openMaintenance(device, note));
  }

  close(id: string, repair: string): Promise<Answer<Maintenance>> {
    return this.#step(this.#backend.closeMaintenance(id, repair));
  }

  /** As it stands in a form; null: as it is saved. */
  async test(id: string, form: Cells | null): Promise<DeviceTest | Problem> {
    const answer = await this.#backend.testDevice(id, form);
    return answer.ok ? answer.data : answer.problem;
  }

  hear(frame: Frame): void {
    if (!this.#open || (frame.type !== 'device' && frame.type !== 'resync')) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.load(), 400);
  }

  /** Refused, the sheet that asked says so. */
  async #step(run: Promise<Answer<Maintenance>>): Promise<Answer<Maintenance>> {
    this.busy = true;
    const answer = await run;
    this.busy = false;
    if (answer.ok) await Promise.all([this.load(), this.repairs.load()]);
    return answer;
  }
}
