import { ms } from './format';

/** The hub's time, once a second. Ages and countdowns follow the hub, not the desk's own clock. */
export class Clock {
  now = $state(0);
  #ahead: number | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  #read: () => number;

  constructor(read: () => number = Date.now) {
    this.#read = read;
    this.now = read();
  }

  start(): void {
    this.#timer ??= setInterval(() => this.tick(), 1000);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  tick(): void {
    this.now = this.#read() + (this.#ahead ?? 0);
  }

  /** A frame left the hub at `at`. It was under way for a while, so of several the largest difference is the truest. */
  hear(at: string, anew = false): void {
    const ahead = ms(at) - this.#read();
    const first = this.#ahead === null || anew;
    // A step of the hub's clock back by more than a heartbeat is a new clock, not a slow network.
    if (first || ahead > (this.#ahead ?? 0) || ahead < (this.#ahead ?? 0) - 15_000) this.#ahead = ahead;
    this.tick();
  }
}
