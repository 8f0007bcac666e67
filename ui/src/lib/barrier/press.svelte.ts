import type { Backend, BarrierAction, BarrierPress, Frame, Offer, Order, OrderResult, Problem } from '$lib/backend';
import { ByCase } from '$lib/case/by-case.svelte';
import type { Asker, Reply } from '$lib/reply/replies.svelte';
import { wordOf, wordOfProblem } from './news';

/** A sheet that has just appeared does not hear: a second press of the same finger must not confirm. */
export const DEAF_MS = 400;

export type Phase = 'rest' | 'asking' | 'sending';

/** How far an order has come; a later report never goes back. */
const rank: Record<OrderResult, number> = {
  running: 0,
  accepted: 1,
  unknown: 1,
  refused: 2,
  failed: 2,
  opened: 3,
  closed: 3,
};

interface Heard {
  id: string;
  result: OrderResult;
  detail: string;
}
/** The barrier orders of one case, as far as this desk gave them. */
interface Track {
  asker: Asker;
  /** On its way: one at a time for a case. */
  sending: boolean;
  order: Order | null;
  /** The hub did not take it: nothing was sent to the barrier. */
  refused: { action: BarrierAction; problem: Problem } | null;
  /** The unknown order whose barrier the person has looked at. */
  lookedAt: string | null;
  /** What the stream said of orders before their command answered. */
  heard: readonly Heard[];
}
/** Reports kept while an order is on its way; a lane has no more of them at once. */
const MOST_HEARD = 8;

/**
 * One press on the barrier at a time: asked, confirmed once, sent once, followed to its end. Never repeated by itself.
 * Each order belongs to the case it was given for: what comes of it after the page has turned is told beside it.
 */
export class Press {
  action = $state<BarrierAction>('open');
  driverPhone = $state('');
  entryReason = $state('');
  clear = $state(false);
  needs = $state<readonly string[]>([]);

  #backend: Backend;
  #page: () => Asker | null;
  #tell: (reply: Reply) => void;
  #read: () => number;
  #askedAt = 0;
  /** The case that is asked about. */
  #asking = $state<string | null>(null);
  #tracks = new ByCase<Track>();

  constructor(
    backend: Backend,
    page: () => Asker | null,
    tell: (reply: Reply) => void,
    read: () => number = () => performance.now(),
  ) {
    this.#backend = backend;
    this.#page = page;
    this.#tell = tell;
    this.#read = read;
  }

  get #here(): Track | null {
    return this.#tracks.of(this.#page()?.case);
  }

  get phase(): Phase {
    if (this.#here?.sending) return 'sending';
    return this.#asking !== null && this.#asking === this.#page()?.case ? 'asking' : 'rest';
  }

  /** The latest order of the case on the page. */
  get order(): Order | null {
    return this.#here?.order ?? null;
  }
  get refused(): Track['refused'] {
    return this.#here?.refused ?? null;
  }
  get lookedAt(): string | null {
    return this.#here?.lookedAt ?? null;
  }

  /** Whether everything the offer asks for is there. */
  get ready(): boolean {
    const has = (need: string, there: boolean) => !this.needs.includes(need) || there;
    return (
      has('driver_phone', /^1[3-9]\d{9}$/.test(this.driverPhone.replaceAll(/\D/g, ''))) &&
      has('entry_reason', this.entryReason.trim() !== '') &&
      has('clear', this.clear)
    );
  }

  ask(action: BarrierAction, offer: Offer): void {
    const caseId = this.#page()?.case;
    if (!caseId || this.phase !== 'rest') return;
    this.action = action;
    this.needs = offer.needs ?? [];
    this.driverPhone = '';
    this.entryReason = '';
    this.clear = false;
    this.#askedAt = this.#read();
    this.#asking = caseId;
  }

  cancel(): void {
    this.#asking = null;
  }

  /** Sends the order. False while deaf, while something is missing, or when it is already under way. */
  async confirm(): Promise<boolean> {
    const asker = this.#page();
    if (!asker?.case || this.phase !== 'asking' || this.#read() - this.#askedAt < DEAF_MS || !this.ready) return false;
    const { action } = this;
    this.#asking = null;
    await this.follow(asker, action, () => this.#backend.orderBarrier(asker.case ?? '', this.#body(action)));
    return true;
  }

  /** Sends what `run` sends and follows it. An abnormal release is an opening like any other. */
  async follow<T extends Order | null>(
    asker: Asker,
    action: BarrierAction,
    run: () => Promise<{ ok: true; data: T } | { ok: false; problem: Problem }>,
  ): Promise<void> {
    const before = this.#tracks.of(asker.case);
    this.#put({ ...(before ?? blank(asker)), asker, sending: true, order: null, refused: null, heard: [] });
    const answer = await run();
    const track = { ...(this.#tracks.of(asker.case) ?? blank(asker)), sending: false };
    if (!answer.ok) this.#say({ ...track, refused: { action, problem: answer.problem } });
    else if (answer.data) this.#say({ ...track, order: laterOf(track, answer.data), heard: [] });
    // It was taken by nobody, and its asker says why; what stood there before stands again.
    else this.#put({ ...track, order: before?.order ?? null, refused: before?.refused ?? null, heard: [] });
  }

  /** 查看道闸状态: asks what became of an unknown order. Looks only, never repeats. */
  async look(orderId: string): Promise<void> {
    const asker = this.#page();
    const answer = await this.#backend.orderResult(orderId);
    if (!asker?.case) return;
    const track = this.#tracks.of(asker.case) ?? blank(asker);
    const known = answer.ok && (!track.order || track.order.id === orderId);
    this.#say({ ...track, lookedAt: orderId, order: known ? answer.data : track.order });
  }

  hear(frame: Frame): void {
    if (frame.type !== 'order') return;
    const track = this.#tracks.of(frame.case);
    if (!track) return;
    const heard = { id: frame.order_id, result: frame.result, detail: frame.detail };
    if (track.order?.id === frame.order_id)
      this.#say({ ...track, order: laterOf({ ...track, heard: [heard] }, track.order) });
    // Of orders on their way the id is not known yet; all others are somebody else's.
    else if (track.sending) this.#put({ ...track, heard: [...track.heard, heard].slice(-MOST_HEARD) });
  }

  /** Another lane, or idle: what was about to be asked there is not asked here. */
  turned(): void {
    this.#asking = null;
  }

  /** The session is over. */
  forget(): void {
    this.#asking = null;
    this.#tracks.clear();
  }

  #body(action: BarrierAction): BarrierPress {
    const body: BarrierPress = { action };
    if (this.needs.includes('driver_phone')) body.driver_phone = this.driverPhone.replaceAll(/\D/g, '');
    if (this.needs.includes('entry_reason')) body.entry_reason = this.entryReason.trim();
    if (this.clear) body.clear = true;
    return body;
  }

  #put(track: Track): void {
    if (track.asker.case) this.#tracks.put(track.asker.case, track);
  }

  #say(track: Track): void {
    this.#put(track);
    const { asker, order, refused } = track;
    const said = refused ? wordOfProblem(refused.problem) : order ? wordOf(order) : null;
    if (said) this.#tell({ key: `${asker.lane} ${asker.case} order`, asker, ...said });
  }
}

function blank(asker: Asker): Track {
  return { asker, sending: false, order: null, refused: null, lookedAt: null, heard: [] };
}

/** The order with what the stream said of it, where that is later. */
function laterOf(track: Track, order: Order): Order {
  return track.heard
    .filter((heard) => heard.id === order.id)
    .reduce<Order>(
      (now, { result, detail }) => (rank[result] >= rank[now.result] ? { ...now, result, detail } : now),
      order,
    );
}
