import type { Answer, Approval, Backend, Frame, Order, Problem, ReleaseForm, ReleasePress, Unpaid } from '$lib/backend';
import { DEAF_MS } from '$lib/barrier/press.svelte';
import type { Asker } from '$lib/reply/replies.svelte';
import type { Evidence } from '$lib/evidence/evidence.svelte';
import { ReleaseDrafts } from './draft';
import { faultOf } from '$lib/ui/faults';
import { stamp } from '$lib/ui/format';
import {
  bringsLater,
  chosen,
  digits,
  HUB_FIELD,
  missing,
  needsPhone,
  short,
  type Field,
  type Missing,
} from './missing';

/** Shut; loading its form; being filled in; confirmed once; on its way; asked of a supervisor. */
export type Phase = 'shut' | 'loading' | 'filling' | 'asking' | 'sending' | 'waiting';

/** Abnormal release (R22–R25): filled in, confirmed, sent once. Nothing is chosen beforehand and nothing repeats itself. */
export class Release {
  phase = $state<Phase>('shut');
  form = $state.raw<ReleaseForm | null>(null);
  reason = $state<string | null>(null);
  remark = $state('');
  unpaid = $state<Unpaid | null>(null);
  driverPhone = $state('');
  /** 补录: the missing photos are brought after the release. */
  later = $state(false);
  /** Leave asked of a supervisor for what is filled in. */
  approval = $state.raw<Approval | null>(null);
  /** The hub did not take it: nothing was sent to the barrier. */
  refused = $state<Problem | null>(null);
  /** What was typed before was laid back in. */
  restored = $state(false);
  /** So many times one has tried to go on: from the first on, what is missing is said loudly. */
  tries = $state(0);
  /** The vehicle can be asked for money later without the driver's phone. */
  hasName = $state(false);

  readonly drafts: ReleaseDrafts;
  #backend: Backend;
  #evidence: Evidence;
  #read: () => number;
  #deafSince = 0;
  #visit = 0;
  /** Lane and case the sheet was opened for. */
  #asker: Asker | null = null;

  constructor(backend: Backend, evidence: Evidence, read: () => number = () => performance.now()) {
    this.#backend = backend;
    this.#evidence = evidence;
    this.#read = read;
    this.drafts = new ReleaseDrafts(backend);
  }

  get open(): boolean {
    return this.phase !== 'shut';
  }

  get choice() {
    return this.form ? chosen(this.form, this.reason) : null;
  }

  get tried(): boolean {
    return this.tries > 0;
  }

  /** What is wrong with a field: the hub refused it, or it is missing though one has tried to go on. */
  wrong(field: Field): string | null {
    return faultOf(this.refused, HUB_FIELD[field]) ?? (this.tried ? (this.missing[field] ?? null) : null);
  }

  get missing(): Missing {
    const filled = {
      reason: this.reason,
      remark: this.remark,
      unpaid: this.unpaid,
      driverPhone: this.driverPhone,
      kept: this.#evidence.kept.length,
      sent: this.#evidence.sent.length,
      later: this.later,
    };
    return this.form ? missing(this.form, filled, this.hasName) : {};
  }

  /** Photos the hub lacks for the chosen reason, and whether they are brought later. */
  get short(): number {
    return this.form ? short(this.form, { reason: this.reason, sent: this.#evidence.sent.length }) : 0;
  }
  get bringsLater(): boolean {
    const { reason, later } = this;
    return this.form !== null && bringsLater(this.form, { reason, later, sent: this.#evidence.sent.length });
  }

  get ready(): boolean {
    return this.form !== null && Object.keys(this.missing).length === 0;
  }

  /** Opens the sheet of a case; what was filled in for it before is laid back in. */
  async show(asker: Asker): Promise<void> {
    const caseId = asker.case;
    if (!caseId) return;
    const visit = ++this.#visit;
    this.#asker = asker;
    this.refused = null;
    this.phase = 'loading';
    this.#empty();
    const [form, draft] = await Promise.all([
      this.#backend.releaseForm(caseId),
      this.drafts.find(asker),
      this.#evidence.load(caseId, asker),
    ]);
    if (visit !== this.#visit) return;
    if (!form.ok) {
      this.refused = form.problem;
      this.phase = 'filling';
      return;
    }
    this.form = form.data;
    if (draft) this.#restore(draft);
    if (!this.choice) this.reason = null;
    this.phase = 'filling';
    const asked = form.data.asked;
    if (asked && (asked.state === 'waiting' || asked.state === 'allowed')) this.#asked(asked);
  }

  /** The photos of this case again, after another one's were looked at over the sheet. */
  async resume(): Promise<void> {
    if (this.open && this.#asker?.case) await this.#evidence.load(this.#asker.case, this.#asker);
  }

  /** Puts the sheet away by hand; not while it is sent, for it says how that went. */
  putAway(): void {
    if (this.phase !== 'sending') this.shut();
  }

  /** Puts the sheet away; what is filled in stays on this device. */
  shut(): void {
    this.#visit += 1;
    void this.drafts.flush();
    this.phase = 'shut';
    this.form = null;
    this.approval = null;
    void this.#evidence.stop();
  }

  /** After every change of a field. */
  edited(): void {
    this.refused = null;
    if (!this.#asker) return;
    const { reason, remark, unpaid, driverPhone } = this;
    this.drafts.keep(this.#asker, { reason, remark, unpaid, driverPhone });
  }

  /** 异常放行 under the fields: asks for confirmation, or says what is missing. */
  ask(): void {
    if (this.phase !== 'filling') return;
    this.tries += 1;
    if (!this.ready) return;
    this.#deafSince = this.#read();
    this.phase = 'asking';
  }

  cancel(): void {
    if (this.phase === 'asking') this.phase = 'filling';
  }

  /**
   * Sends the release. Null while deaf, while something is missing, or where the hub did not take it and the sheet says
   * so; a problem where the sheet is gone by then.
   */
  async confirm(): Promise<Answer<Order | null>> {
    const none = { ok: true, data: null } as const;
    const asker = this.#asker;
    const caseId = asker?.case;
    const first = this.phase === 'asking';
    const leave = this.phase === 'waiting' && this.approval?.state === 'allowed';
    if (!asker || !caseId || !(first || leave) || !this.ready || this.#read() - this.#deafSince < DEAF_MS) return none;
    const visit = this.#visit;
    this.phase = 'sending';
    this.refused = null;
    const answer = await this.#backend.release(caseId, this.#body());
    if (!answer.ok) {
      if (visit !== this.#visit) return answer;
      await this.#refuse(answer.problem, visit);
      return none;
    }
    const { order_id, result, detail } = answer.data;
    void this.drafts.drop(asker);
    if (visit === this.#visit) this.#done();
    return { ok: true, data: { id: order_id, case: caseId, action: 'open', result, detail, at: stamp(Date.now()) } };
  }

  /** Back to the fields: leave given for something else would not count for it. */
  change(): void {
    if (this.phase === 'waiting') this.phase = 'filling';
    this.approval = null;
  }

  hear(frame: Frame): void {
    if (frame.type !== 'approval' || frame.case !== this.#asker?.case || !this.open) return;
    if (this.approval && this.approval.id !== frame.approval && this.approval.state === 'waiting') return;
    if (this.phase === 'waiting') this.#asked(frame.facts);
  }

  /** The time a supervisor had is over, whether or not somebody told so. */
  tick(now: number): void {
    const asked = this.approval;
    if (asked?.state === 'waiting' && Date.parse(asked.expires_at) <= now)
      this.approval = { ...asked, state: 'expired' };
  }

  #body(): ReleasePress {
    const press: ReleasePress = { reason: this.reason ?? '', remark: this.remark.trim(), photos: this.#evidence.sent };
    if (this.bringsLater) press.photos_later = true;
    if (this.form?.due_fen && this.unpaid) press.unpaid = this.unpaid;
    if (this.form && needsPhone(this.form, this, this.hasName)) press.driver_phone = digits(this.driverPhone);
    return press;
  }

  async #refuse(problem: Problem, visit: number): Promise<void> {
    const caseId = this.#asker?.case;
    if (problem.code === 'approval_required' && caseId) {
      const form = await this.#backend.releaseForm(caseId);
      if (visit !== this.#visit) return;
      if (form.ok && form.data.asked) return this.#asked(form.data.asked);
    }
    this.phase = 'filling';
    this.refused = problem;
  }

  #asked(approval: Approval): void {
    if (approval.state === 'used') return;
    const turned = this.approval?.state !== approval.state;
    this.approval = approval;
    this.phase = 'waiting';
    if (!this.reason) this.#takeOver(approval);
    // The button that goes on appears under a thumb that may be waiting there: it does not hear at first.
    if (turned) this.#deafSince = this.#read();
  }

  /** Leave asked for before a restart: the fields show again what it was asked for. */
  #takeOver(approval: Approval): void {
    this.reason = approval.reason;
    this.remark = approval.remark;
  }

  #restore(draft: { reason: string | null; remark: string; unpaid: Unpaid | null; driverPhone: string }): void {
    this.reason = draft.reason;
    this.remark = draft.remark;
    this.unpaid = draft.unpaid;
    this.driverPhone = draft.driverPhone;
    this.restored = Boolean(draft.reason || draft.remark || draft.unpaid || draft.driverPhone);
  }

  #done(): void {
    this.#empty();
    this.shut();
  }

  #empty(): void {
    this.form = null;
    this.reason = null;
    this.remark = '';
    this.unpaid = null;
    this.driverPhone = '';
    this.later = false;
    this.approval = null;
    this.restored = false;
    this.tries = 0;
  }
}
