import type { Backend, LaneStill, Picture } from '$lib/backend';
import { ms } from '$lib/ui/format';

/** A picture and what came before it: the lane's last minute, to step back through. */
export class Stills {
  all = $state.raw<LaneStill[]>([]);
  /** Steps back from the picture itself; 0 is the picture. */
  back = $state(0);

  #backend: Backend;
  #picture: Picture;

  constructor(backend: Backend, picture: Picture) {
    this.#backend = backend;
    this.#picture = picture;
  }

  async load(lane: string): Promise<void> {
    const answer = await this.#backend.laneStills(lane);
    if (!answer.ok) return;
    // Those taken after the picture tell nothing about how it came to it.
    const until = ms(this.#picture.taken_at);
    this.all = answer.data.filter((still) => ms(still.taken_at) < until);
    this.back = Math.min(this.back, this.all.length);
  }

  get still(): LaneStill | null {
    return this.back === 0 ? null : (this.all[this.all.length - this.back] ?? null);
  }

  get url(): string {
    return this.still?.url ?? this.#picture.url;
  }

  get takenAt(): string {
    return this.still?.taken_at ?? this.#picture.taken_at;
  }

  /** Another plate was read there then: it may be the vehicle before. Null where it is this one's, or nobody knows. */
  get otherPlate(): string | null {
    const then = this.still?.plate;
    return then && this.#picture.plate && then !== this.#picture.plate ? then : null;
  }

  get hasEarlier(): boolean {
    return this.back < this.all.length;
  }

  earlier(): void {
    if (this.hasEarlier) this.back += 1;
  }

  later(): void {
    if (this.back > 0) this.back -= 1;
  }

  now(): void {
    this.back = 0;
  }
}
