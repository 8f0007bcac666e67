import type { Answer, Backend, OpenSession, Person, Problem, SecondFactor, SecondFactorOffer } from '$lib/backend';

/** The parts of the account's page: what goes wrong is said in the part that asked. */
type Part = 'password' | 'factor' | 'sessions';

/** One's own account: password, second factor, where one is logged in (R4). */
export class Account {
  open = $state(false);
  sessions = $state.raw<OpenSession[]>([]);
  factor = $state.raw<SecondFactor | null>(null);
  /** A second factor that waits for its first code. */
  offer = $state.raw<SecondFactorOffer | null>(null);
  busy = $state(false);
  #failed = $state.raw<{ part: Part; problem: Problem } | null>(null);
  /** The password was changed a moment ago. */
  changed = $state(false);
  #backend: Backend;
  #person: (person: Person) => void;

  constructor(backend: Backend, person: (person: Person) => void) {
    this.#backend = backend;
    this.#person = person;
  }

  problem(part: Part): Problem | null {
    return this.#failed?.part === part ? this.#failed.problem : null;
  }

  show(): void {
    this.open = true;
    void this.load();
  }

  shut(): void {
    this.open = false;
    this.offer = null;
    this.#failed = null;
    this.changed = false;
  }

  async load(): Promise<void> {
    const [sessions, factor] = await Promise.all([this.#backend.openSessions(null), this.#backend.secondFactor()]);
    if (sessions.ok) this.sessions = sessions.data;
    if (factor.ok) this.factor = factor.data;
  }

  async changePassword(old: string, wanted: string): Promise<boolean> {
    const person = await this.#step('password', () => this.#backend.changePassword(old, wanted));
    if (!person) return false;
    this.changed = true;
    this.#person(person);
    return true;
  }

  async endSession(id: string): Promise<void> {
    await this.#step('sessions', () => this.#backend.endSession(id));
    await this.load();
  }

  async offerFactor(): Promise<void> {
    const offer = await this.#step('factor', () => this.#backend.offerSecondFactor());
    // Another click meanwhile asked for nothing: the offer that is there is the one in force.
    if (offer) this.offer = offer;
  }

  async confirmFactor(code: string): Promise<boolean> {
    const person = await this.#step('factor', () => this.#backend.confirmSecondFactor(code.replaceAll(/\s/g, '')));
    if (!person) return false;
    this.offer = null;
    this.#person(person);
    await this.load();
    return true;
  }

  async dropFactor(): Promise<void> {
    await this.#step('factor', () => this.#backend.dropSecondFactor());
    await this.load();
  }

  async #step<T>(part: Part, run: () => Promise<Answer<T>>): Promise<T | null> {
    if (this.busy) return null;
    this.busy = true;
    this.#failed = null;
    const answer = await run();
    this.busy = false;
    if (answer.ok) return answer.data;
    this.#failed = { part, problem: answer.problem };
    return null;
  }
}
