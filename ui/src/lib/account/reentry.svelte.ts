import type { Answer, Backend, Problem } from '$lib/backend';

/**
 * The password once more, before something dangerous. Whatever the hub refused for want of it waits, is sent again once
 * the password was entered, and whoever asked for it never knows: nothing typed is lost.
 */
export class Reentry {
  asking = $state(false);
  busy = $state(false);
  problem = $state<Problem | null>(null);
  #backend: Backend;
  #entered: Promise<boolean> | null = null;
  #settle: ((entered: boolean) => void) | null = null;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  async guard<T>(first: Promise<Answer<T>>, again: () => Promise<Answer<T>>): Promise<Answer<T>> {
    const answer = await first;
    if (!wantsPassword(answer)) return answer;
    return (await this.#ask()) ? again() : answer;
  }

  async enter(password: string): Promise<void> {
    if (this.busy || password === '') return;
    this.busy = true;
    const answer = await this.#backend.confirmPassword(password);
    this.busy = false;
    this.problem = answer.ok ? null : answer.problem;
    if (answer.ok) this.#end(true);
  }

  cancel(): void {
    this.#end(false);
  }

  /** Several that wait are let through by one password. */
  #ask(): Promise<boolean> {
    this.#entered ??= new Promise((settle) => {
      this.#settle = settle;
      this.problem = null;
      this.asking = true;
    });
    return this.#entered;
  }

  #end(entered: boolean): void {
    this.asking = false;
    this.problem = null;
    this.#settle?.(entered);
    this.#settle = null;
    this.#entered = null;
  }
}

function wantsPassword(answer: unknown): boolean {
  const told = answer as { ok?: boolean; problem?: Problem } | undefined;
  return told?.ok === false && told.problem?.code === 'password_required';
}

/** The same backend, with every command of it behind the sheet that asks for the password. */
export function guarded(backend: Backend, reentry: Reentry): Backend {
  return new Proxy(backend, {
    get(target, key) {
      const found: unknown = Reflect.get(target, key, target);
      if (typeof found !== 'function') return found;
      return (...args: unknown[]) => {
        const call = () => found.apply(target, args) as unknown;
        const first = call();
        if (!(first instanceof Promise) || key === 'confirmPassword') return first;
        return reentry.guard(first, call as () => Promise<Answer<unknown>>);
      };
    },
  });
}
