import type { App } from '$lib/app.svelte';
import type { Call, Problem } from '$lib/backend';
import { layers } from '$lib/ui/layers.svelte';
import { lookupOf } from './call';
import { Chime } from './chime';

/** What happens to the page when a call comes, and when one is taken. An open case is never wiped (R30). */
export class Answering {
  /** A call one wants although a case is open here: asked about first. */
  asking = $state<Call | null>(null);
  /** The call drawer. */
  open = $state(false);
  /** The lane for which a case is to be opened by hand (R31). */
  byHand = $state<{ lane: string; name: string } | null>(null);
  problem = $state<Problem | null>(null);
  busy = $state(false);

  #app: App;
  #chime: Chime;
  /** The call whose page came up by itself: once, so that leaving the page does not bring it back. */
  #popped: string | null = null;

  constructor(app: App, chime: Chime = new Chime()) {
    this.#app = app;
    this.#chime = chime;
  }

  /** Whether a call binds this person to its lane: other lanes open read-only (R11). */
  get bound(): Call | null {
    const own = this.#app.calls.own;
    return own?.case && (own.state === 'live' || own.state === 'ringing') ? own : null;
  }

  /** Whether a lane may only be looked at because of a call at another one. */
  readOnly(laneId: string): boolean {
    const bound = this.bound;
    return bound !== null && bound.lane?.id !== laneId;
  }

  /** A call rings at this seat: its page comes up where nothing else is open; the banner says it elsewhere (R29, R30). */
  arrived(call: Call): void {
    const { calls, setting } = this.#app;
    if (call.state === 'ringing' && !setting.quietCalls)
      this.#chime.ring(() => calls.own?.id === call.id && calls.own.state === 'ringing');
    this.popUp();
  }

  /** Another call waits while this person is at a seat. */
  waits(): void {
    const { session, seats, calls, setting } = this.#app;
    const here = session.person?.seat && seats.of(session.person.id)?.state !== 'away';
    if (here && !calls.speaking && !setting.quietCalls) this.#chime.once();
  }

  /** Brings the page of one's own call up, if nothing is in its way. */
  popUp(): void {
    const { calls, lane, office, place } = this.#app;
    const own = calls.own;
    if (!own || own.by_hand || own.state === 'ended' || this.#popped === own.id) return;
    // What is being taken brings its page along with its answer.
    // Nor does it while the guide is played: nobody sees the page behind it, and a lane is not claimed unseen.
    if (this.busy || lane.mode !== 'idle' || place !== 'desk' || office.practice) return;
    this.#popped = own.id;
    this.open = false;
    if (own.lane) {
      this.#app.turned();
      void this.#app.lane.claim(own.lane.id);
    } else this.#lookUp(own);
  }

  /** Takes a call; where a case is open that would be given up for it, asks first. */
  take(call: Call): void {
    const { calls, lane } = this.#app;
    this.problem = null;
    if (this.busy) return;
    if (this.#isPage(call)) return this.#app.go('desk');
    if (calls.speaking) return calls.own?.id === call.id ? this.#toOwn(call) : undefined;
    const gives = lane.mode === 'mine' && call.lane && call.lane.id !== lane.laneId;
    if (gives) this.asking = call;
    else void this.go(call);
  }

  /** Takes the next one there is (F4). */
  takeNext(): void {
    const next = this.#app.calls.next;
    if (next) this.take(next);
  }

  /** Takes it. Whoever was first has it; the others are told who (R30). */
  async go(call: Call): Promise<void> {
    const { backend, calls, lane } = this.#app;
    this.asking = null;
    this.busy = true;
    const answer = await lane.take(
      call.lane?.id ?? null,
      () => backend.takeCall(call.id, call.lane?.id ?? null),
      () => this.#app.turned(),
    );
    this.busy = false;
    if (!answer.ok) {
      this.problem = answer.problem;
      return void calls.load();
    }
    this.#popped = call.id;
    calls.learn(answer.data.call);
    this.open = false;
    if (!answer.data.view) this.#lookUp(answer.data.call);
  }

  /** 手工建单: a driver on another line. */
  async openByHand(laneId: string, caller: string): Promise<boolean> {
    const { backend, calls, lane } = this.#app;
    this.problem = null;
    this.busy = true;
    const asked = this.byHand;
    const answer = await lane.take(
      laneId,
      () => backend.openByHand(laneId, caller.trim() || null),
      () => this.#app.turned(),
    );
    this.busy = false;
    if (!answer.ok) {
      this.problem = answer.problem;
      return false;
    }
    calls.learn(answer.data.call);
    // Another lane may be asked about by now.
    if (this.byHand === asked) this.byHand = null;
    return true;
  }

  /** 转到此道口: the case goes on at the lane on the page (R11). */
  async moveHere(): Promise<void> {
    const { backend, lane } = this.#app;
    const caseId = this.bound?.case;
    const { laneId, asker } = lane;
    if (!caseId || !laneId || !asker || this.busy) return;
    this.busy = true;
    const answer = await lane.take(
      laneId,
      () => backend.moveCase(caseId, laneId),
      () => this.#app.turned(),
    );
    this.busy = false;
    if (answer.ok) return;
    if (lane.laneId === laneId) lane.problem = answer.problem;
    this.#app.replies.answered(asker, 'reply_step.move', answer);
  }

  /** Back to the lane of the call. */
  back(): void {
    const laneId = this.bound?.lane?.id;
    if (laneId) void this.#app.claim(laneId);
  }

  /** Everything that belonged to a session. */
  forget(): void {
    this.#chime.stop();
    this.#popped = null;
    this.asking = null;
    this.open = false;
    this.byHand = null;
    this.problem = null;
  }

  /** One's own call, which is not on the page: its lane, or the search for it. */
  #toOwn(call: Call): void {
    if (!call.lane) return this.#lookUp(call);
    void this.#app.claim(call.lane.id);
  }

  #isPage(call: Call): boolean {
    const { calls, lane } = this.#app;
    return calls.own?.id === call.id && lane.mode === 'mine' && lane.laneId === call.lane?.id;
  }

  /** Nobody knows where the driver stands: the search begins with what is known (R29). */
  #lookUp(call: Call): void {
    const { search } = this.#app;
    this.#app.go('desk');
    search.type(lookupOf(call));
    layers.lead(document.querySelector<HTMLInputElement>('[data-search]'));
  }
}
