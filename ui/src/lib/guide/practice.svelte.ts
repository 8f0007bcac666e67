import { App } from '$lib/app.svelte';
import type { Person } from '$lib/backend';
import { demoLot, type MemoryBackend } from '$lib/backend/memory/memory';
import { rights } from '$lib/backend/memory/rights';
import type { Setting } from '$lib/setting/setting.svelte';
import { scenes, type SceneName, type Step } from './scenes';

/** How often the page is looked at for what the person has done, in ms. */
const LOOK_MS = 200;

/**
 * A scene of the guide, played on the demo lot in this window alone: the pages are the real ones, the hub behind them is
 * not there, and no barrier anywhere moves.
 */
export class Practice {
  readonly name: SceneName;
  readonly app: App;
  at = $state(0);
  over = $state(false);
  #backend: MemoryBackend;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(name: SceneName, person: Person, setting: Setting) {
    this.name = name;
    const { role } = scenes[name];
    // At the demo lot's call centre seat 2066 is the learner's.
    const seat = role === 'agent' ? { id: 'agent', seat: '2066' } : { seat: null };
    const learner: Person = { ...person, ...seat, role, permissions: rights[role] };
    const { theme, contrast, language } = setting;
    this.#backend = demoLot({
      person: learner,
      settings: { theme, contrast, language },
      mobile: false,
    });
    this.app = new App(this.#backend);
  }

  get steps(): readonly Step[] {
    return scenes[this.name].steps;
  }

  get step(): Step | undefined {
    return this.steps[this.at];
  }

  async start(): Promise<void> {
    await this.app.start();
    this.#begin();
    this.#timer = setInterval(() => this.look(), LOOK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.app.clock.stop();
  }

  /** Goes on by itself once what the step asks for was done. */
  look(): void {
    const step = this.step;
    if (step?.done?.({ app: this.app, backend: this.#backend })) this.next();
  }

  next(): void {
    if (this.at + 1 >= this.steps.length) {
      this.over = true;
      clearInterval(this.#timer);
      return;
    }
    this.at += 1;
    this.#begin();
  }

  #begin(): void {
    this.step?.begin?.({ app: this.app, backend: this.#backend });
  }
}
