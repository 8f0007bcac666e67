import type { Backend, Call, CallState, Frame, Holder, Problem } from '$lib/backend';
import { onlyOnce } from '$lib/ui/listing.svelte';
import { inQueue, isFree, isOwn, oldestFirst } from './call';

/** Several frames come for one call: ask once for all of them. */
const PAUSE_MS = 400;
/** What is asked for when the list is read anew: the queue, those somebody has, ringing ones too, and those to ring back. */
const ASKED: CallState[] = ['waiting', 'live', 'abandoned'];

/** Drivers' calls as this person may see them: the queue, the live ones, those to ring back, and one's own. */
export class Calls {
  all = $state.raw<readonly Call[]>([]);
  /** The call this person is in, or was in last: its end stays readable until the case is closed. */
  own = $state.raw<Call | null>(null);
  problem = $state<Problem | null>(null);
  busy = $state(false);
  /** Calls whose banner was put away; they wait on in the queue. */
  hushed = $state<readonly string[]>([]);

  /** The queue: every count and every "longest wait" on any page is of these. */
  waiting = $derived(oldestFirst(this.all.filter(inQueue)));
  ringing = $derived(oldestFirst(this.all.filter((call) => call.state === 'ringing')));
  live = $derived(oldestFirst(this.all.filter((call) => call.state === 'live')));
  abandoned = $derived(oldestFirst(this.all.filter((call) => call.state === 'abandoned')));

  #backend: Backend;
  #me: () => Holder | null;
  #sees: () => boolean;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `sees`: lot staff see no queue (R1), so nothing is asked for them. */
  constructor(backend: Backend, me: () => Holder | null, sees: () => boolean) {
    this.#backend = backend;
    this.#me = me;
    this.#sees = sees;
  }

  /** The next one to take: one's own first, then the oldest that anybody may take (F4). */
  get next(): Call | null {
    const own = this.own;
    if (own?.state === 'ringing') return own;
    return this.takeable[0] ?? null;
  }

  get takeable(): Call[] {
    return oldestFirst(this.all.filter((call) => isFree(call, this.#me())));
  }

  /** Whether this person speaks with a driver, or is about to. */
  get speaking(): boolean {
    return this.own?.state === 'live';
  }

  /** Reads everything anew. What frames told meanwhile is newer than what was asked for before them. */
  async load(): Promise<void> {
    if (!this.#sees()) return this.forget();
    const answers = await Promise.all(ASKED.map((state) => this.#backend.calls(state)));
    if (!this.#sees()) return;
    if (answers.some((answer) => !answer.ok)) return;
    // A call that rings and may be taken by anybody is in the queue and with those somebody has.
    const found = onlyOnce(answers.flatMap((answer) => (answer.ok ? answer.data : [])));
    this.all = found.filter((call) => !call.called_back_at);
    const mine = found.find((call) => isOwn(call, this.#me()));
    if (mine) this.own = mine;
    else if (this.own) {
      // Over unheard, unless somebody else has it now; when it was over is told by a frame that may still come.
      const theirs = found.some((call) => call.id === this.own?.id);
      this.own = theirs ? null : { ...this.own, state: 'ended' };
    }
  }

  /** Takes a frame in; the call, where it is one that has just become this person's. */
  hear(frame: Frame): Call | null {
    if (!this.#sees()) return null;
    if (frame.type === 'resync') this.#soon();
    if (frame.type === 'queue' && frame.waiting !== this.waiting.length) this.#soon();
    if (frame.type !== 'call') return null;
    return this.#note({ ...frame.call, case: frame.case ?? frame.call.case ?? null });
  }

  /** What a command answered of a call. */
  learn(call: Call): void {
    this.#note(call);
  }

  async callBack(id: string, note: string): Promise<boolean> {
    this.problem = null;
    this.busy = true;
    const answer = await this.#backend.callBack(id, note.trim() || null);
    this.busy = false;
    if (!answer.ok) this.problem = answer.problem;
    else this.#drop(id);
    return answer.ok;
  }

  hush(id: string): void {
    this.hushed = [...this.hushed.slice(-49), id];
  }

  /** The case is closed: a call that is over is no longer of interest. */
  settle(): void {
    if (this.own && this.own.state !== 'live' && this.own.state !== 'ringing') this.own = null;
  }

  forget(): void {
    clearTimeout(this.#timer);
    this.all = [];
    this.own = null;
    this.problem = null;
    this.hushed = [];
  }

  #note(call: Call): Call | null {
    const before = this.own;
    if (call.state === 'ended' || call.called_back_at) this.#drop(call.id);
    else this.all = [...this.all.filter((each) => each.id !== call.id), call];
    const mine = isOwn(call, this.#me());
    if (mine) this.own = call;
    else if (before?.id === call.id) this.own = call.by?.id === before.by?.id ? call : null;
    return mine && before?.id !== call.id ? call : null;
  }

  #drop(id: string): void {
    this.all = this.all.filter((call) => call.id !== id);
  }

  #soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.load(), PAUSE_MS);
  }
}
