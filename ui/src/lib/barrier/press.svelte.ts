import type { Backend, BarrierAction, BarrierPress, Frame, Offer, Order, OrderResult, Problem } from '$lib/backend';
import { ByCase } from '$lib/case/by-case.svelte';
import { t } from '$lib/messages/words.svelte';
import type { Asker, Reply } from '$lib/reply/replies.svelte';
import { faultOf } from '$lib/ui/faults';
import { wordOf, wordOfProblem } from './news';

/** A sheet that has just appeared does not hear: a second press of the same finger must not confirm. */
export const DEAF_MS = 400;

export type Phase = 'rest' | 'asking' | 'sending';
/** What a visitor is asked for before the arm rises, as the hub calls it. */
export const asked = ['driver_phone', 'entry_reason'] as const;
export type Asked = (typeof asked)[number];

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
  /** What the hub has against the fields of the sheet. */
  against = $state.raw<Problem | null>(null);
  /** So many times one has tried to go on: from the first on, what is missing is said at its field. */
  tries = $state(0);

  #backend: Backend;
  #page: () => Asker | null;
  #tell: (reply: Reply) => void;
  #read: () => number;
  #askedAt = 0;
  /** Rises with every sheet that is opened or put away: an answer to an earlier one opens nothing. */
  #visit = 0;
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

  /** What a visitor is asked for and has not said yet. */
  get missing(): Partial<Record<Asked, string>> {
    const found: Partial<Record<Asked, string>> = {};
    if (this.#wants('driver_phone') && !/^1[3-9]\d{9}$/.test(this.driverPhone.replaceAll(/\D/g, '')))
      found.driver_phone = t('confirm.missing_phone');
    if (this.#wants('entry_reason') && this.entryReason.trim() === '') found.entry_reason = t('confirm.missing_reason');
    return found;
  }

  /** What is wrong with a field: the hub refused it, or it is missing though one has tried to go on. */
  wrong(field: Asked): string | null {
    return faultOf(this.against, field) ?? (this.tries > 0 ? (this.missing[field] ?? null) : null);
  }

  /** Nothing stands under the arm, where that has to be affirmed. */
  get cleared(): boolean {
    return !this.#wants('clear') || this.clear;
  }

  /** Whether everything the offer asks for is there. */
  get ready(): boolean {
    return this.cleared && Object.keys(this.missing).length === 0;
  }

  ask(action: BarrierAction, offer: Offer): void {
    const caseId = this.#page()?.case;
    if (!caseId || this.phase !== 'rest') return;
    this.action = action;
    this.needs = offer.needs ?? [];
    this.driverPhone = '';
    this.entryReason = '';
    this.clear = false;
    this.against = null;
    this.tries = 0;
    this.#show(caseId);
  }

  cancel(): void {
    this.#visit += 1;
    this.#asking = null;
  }

  /** Sends the order. False while deaf, while something is missing, which is said then, or when it is already under way. */
  async confirm(): Promise<boolean> {
    const asker = this.#page();
    if (!asker?.case || this.phase !== 'asking' || this.#read() - this.#askedAt < DEAF_MS) return false;
    this.against = null;
    this.tries += 1;
    if (!this.ready) return false;
    const { action } = this;
    const visit = this.#visit;
    this.#asking = null;
    await this.follow(asker, action, () => this.#backend.orderBarrier(asker.case ?? '', this.#body(action)));
    if (visit === this.#visit) this.#askAgain(asker.case);
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
    this.cancel();
  }

  /** The session is over. */
  forget(): void {
    this.cancel();
    this.#tracks.clear();
  }

  #wants(need: string): boolean {
    return this.needs.includes(need);
  }

  #show(caseId: string): void {
    this.#visit += 1;
    this.#askedAt = this.#read();
    this.#asking = caseId;
  }

  /** The hub refused what was typed: the sheet comes back with it, and says at the field what is wrong. */
  #askAgain(caseId: string): void {
    const problem = this.#tracks.of(caseId)?.refused?.problem ?? null;
    if (this.#page()?.case !== caseId || this.phase !== 'rest') return;
    if (!asked.some((field) => this.#wants(field) && faultOf(problem, field) !== null)) return;
    this.against = problem;
    this.#show(caseId);
  }

  #body(action: BarrierAction): BarrierPress {
    const body: BarrierPress = { action };
    if (this.#wants('driver_phone')) body.driver_phone = this.driverPhone.replaceAll(/\D/g, '');
    if (this.#wants('entry_reason')) body.entry_reason = this.entryReason.trim();
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
