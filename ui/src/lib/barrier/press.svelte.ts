import type { Backend, BarrierAction, BarrierPress, Frame, Offer, Order, OrderResult, Problem } from '$lib/backend';

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

/** One press on the barrier at a time: asked, confirmed once, sent once, followed to its end. Never repeated by itself. */
export class Press {
  phase = $state<Phase>('rest');
  action = $state<BarrierAction>('open');
  /** The latest order of this page. */
  order = $state<Order | null>(null);
  /** The hub did not take it: nothing was sent to the barrier. */
  refused = $state<{ action: BarrierAction; problem: Problem } | null>(null);
  driverPhone = $state('');
  entryReason = $state('');
  clear = $state(false);
  needs = $state<readonly string[]>([]);
  /** The unknown order whose barrier the person has looked at. */
  lookedAt = $state<string | null>(null);

  #backend: Backend;
  #read: () => number;
  #askedAt = 0;
  /** What the stream said of orders before their command answered. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- only read when an order comes in, never drawn
  #heard = new Map<string, { result: OrderResult; detail: string }>();

  constructor(backend: Backend, read: () => number = () => performance.now()) {
    this.#backend = backend;
    this.#read = read;
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
    if (this.phase !== 'rest') return;
    this.action = action;
    this.needs = offer.needs ?? [];
    this.driverPhone = '';
    this.entryReason = '';
    this.clear = false;
    this.#askedAt = this.#read();
    this.phase = 'asking';
  }

  cancel(): void {
    if (this.phase === 'asking') this.phase = 'rest';
  }

  /** Sends the order. False while deaf, while something is missing, or when it is already under way. */
  async confirm(caseId: string): Promise<boolean> {
    if (this.phase !== 'asking' || this.#read() - this.#askedAt < DEAF_MS || !this.ready) return false;
    this.phase = 'sending';
    this.refused = null;
    this.order = null;
    const answer = await this.#backend.orderBarrier(caseId, this.#body());
    this.phase = 'rest';
    if (answer.ok) this.#take(answer.data);
    else this.refused = { action: this.action, problem: answer.problem };
    return true;
  }

  /** An opening that was asked for elsewhere, an abnormal release, is followed here like any other. */
  adopt(order: Order): void {
    this.refused = null;
    this.action = order.action;
    this.#take(order);
  }

  /** 查看道闸状态: asks what became of an unknown order. Looks only, never repeats. */
  async look(orderId: string): Promise<void> {
    const answer = await this.#backend.orderResult(orderId);
    this.lookedAt = orderId;
    if (answer.ok && (!this.order || this.order.id === orderId)) this.order = answer.data;
  }

  hear(frame: Frame): void {
    if (frame.type !== 'order') return;
    this.#heard.set(frame.order_id, { result: frame.result, detail: frame.detail });
    if (this.order?.id === frame.order_id) this.#take(this.order);
  }

  /** Another lane, or idle: the last result belongs to the page before. */
  forget(): void {
    if (this.phase === 'asking') this.phase = 'rest';
    this.order = null;
    this.refused = null;
    this.lookedAt = null;
    this.#heard.clear();
  }

  #body(): BarrierPress {
    const body: BarrierPress = { action: this.action };
    if (this.needs.includes('driver_phone')) body.driver_phone = this.driverPhone.replaceAll(/\D/g, '');
    if (this.needs.includes('entry_reason')) body.entry_reason = this.entryReason.trim();
    if (this.clear) body.clear = true;
    return body;
  }

  #take(order: Order): void {
    const heard = this.#heard.get(order.id);
    this.order = heard && rank[heard.result] >= rank[order.result] ? { ...order, ...heard } : order;
  }
}
