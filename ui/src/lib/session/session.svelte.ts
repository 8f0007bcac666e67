import type { Answer, Backend, ConnectionChanged, Person, Problem } from '$lib/backend';
import type { PlainKey } from '$lib/messages/words.svelte';
import { zone } from '$lib/ui/zone.svelte';

export type Stage = 'starting' | 'out' | 'in';

/** Who works here, on which hub, and whether it is reached. The token itself stays in Rust. */
export class Session {
  stage = $state<Stage>('starting');
  hubUrl = $state('');
  username = $state('');
  connection = $state<'online' | 'connecting' | 'offline'>('connecting');
  connectionSince = $state<string | null>(null);
  busy = $state(false);
  problem = $state<Problem | null>(null);
  seatProblem = $state<Problem | null>(null);
  /** Why one stands before the login again, if nobody asked for it. */
  notice = $state<PlainKey | null>(null);
  /** Local time until which the hub wants no further login. */
  waitUntil = $state(0);

  #person = $state.raw<Person | null>(null);
  #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  get person(): Person | null {
    return this.#person;
  }

  /** With the person comes the zone their lots' times are in (R55). */
  set person(person: Person | null) {
    this.#person = person;
    if (person) zone.use(person.time_zone);
  }

  /** The hub lets this person do nothing but change the password, or take up a second factor. */
  get blocked(): boolean {
    return Boolean(this.person?.must_change || this.person?.must_enrol);
  }

  get online(): boolean {
    return this.connection === 'online';
  }

  /** Takes up the session that is still there, if any. */
  async restore(): Promise<void> {
    const answer = await this.#backend.sessionStatus();
    if (answer.ok) {
      const { hub_url, username, person, connection } = answer.data;
      this.hubUrl = hub_url;
      this.username = username ?? '';
      this.person = person ?? null;
      this.connection = connection;
    } else {
      this.problem = answer.problem;
    }
    this.stage = this.person ? 'in' : 'out';
  }

  async login(
    hubUrl: string,
    username: string,
    password: string,
    now: number = Date.now(),
    code: string | null = null,
  ): Promise<boolean> {
    return this.#enter(hubUrl, username, now, () =>
      this.#backend.login(hubUrl.trim(), username.trim(), password, code),
    );
  }

  /** Sets the password with the code an administrator handed over; one is logged in then. */
  async loginWithCode(
    hubUrl: string,
    username: string,
    handed: string,
    wanted: string,
    now: number = Date.now(),
    code: string | null = null,
  ): Promise<boolean> {
    return this.#enter(hubUrl, username, now, () =>
      this.#backend.resetWithCode(hubUrl.trim(), username.trim(), handed.trim(), wanted, code),
    );
  }

  async #enter(hubUrl: string, username: string, now: number, ask: () => Promise<Answer<Person>>): Promise<boolean> {
    if (this.busy || now < this.waitUntil) return false;
    this.busy = true;
    this.problem = null;
    const answer = await ask();
    this.busy = false;
    if (!answer.ok) {
      this.problem = answer.problem;
      const wait = answer.problem.retry_after_s ?? 0;
      if (answer.problem.code === 'too_many_attempts' && wait > 0) this.waitUntil = now + wait * 1000;
      return false;
    }
    this.hubUrl = hubUrl.trim();
    this.username = username.trim();
    this.person = answer.data;
    this.notice = null;
    // The line comes up a moment after the login; until it is told, it is neither up nor lost.
    if (this.connection === 'offline') this.connection = 'connecting';
    this.stage = 'in';
    return true;
  }

  async logout(): Promise<void> {
    await this.#backend.logout();
    this.ended(null);
  }

  /** The session is over: by logging out, or because the hub says so. */
  ended(notice: PlainKey | null): void {
    this.person = null;
    this.problem = null;
    this.notice = notice;
    this.seatProblem = null;
    this.stage = 'out';
  }

  async bindSeat(number: string): Promise<boolean> {
    this.seatProblem = null;
    const answer = await this.#backend.bindSeat(number.trim());
    if (answer.ok) this.person = answer.data;
    else this.seatProblem = answer.problem;
    return answer.ok;
  }

  async freeSeat(): Promise<void> {
    this.seatProblem = null;
    const answer = await this.#backend.freeSeat();
    if (answer.ok) this.person = answer.data;
    else this.seatProblem = answer.problem;
  }

  /** Where the hub says that this person sits; null: nowhere any more. */
  sits(number: string | null): void {
    if (this.person && (this.person.seat ?? null) !== number) this.person = { ...this.person, seat: number };
  }

  hear(changed: ConnectionChanged): void {
    this.connection = changed.connection;
    this.connectionSince = changed.since;
  }
}
