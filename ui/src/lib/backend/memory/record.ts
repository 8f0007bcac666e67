/** The record in memory: openings, photos, approvals, debts, rises, warnings, report and audit head of the preview. */
import type { Answer, Listeners } from '..';
import type {
  AnswerApproval,
  Approval,
  By,
  Code,
  Debt,
  DebtFilter,
  Evidence,
  EvidencePhoto,
  ExportFormat,
  Holder,
  HoldPhoto,
  NewDebt,
  Opening,
  OpeningFilter,
  OrderResult,
  Person,
  Problem,
  Released,
  ReleaseForm,
  ReleasePress,
  Report,
  TimelineEntry,
  Told,
  View,
  Warning,
} from '..';
import { photoPicture, previewFrames } from './camera';
import { counted, openingAt, owingOf, reasonChoices, suits } from './rows';
import { sampleApproval, sampleDebts, sampleRises, sampleWarnings } from './record-sample';
import { people } from './sample';

export const ok = <T>(data: T): Promise<Answer<T>> => Promise.resolve({ ok: true, data });
export function problem(code: Code, detail: string, more: Partial<Problem> = {}): Problem {
  return { type: `urn:lanedesk:${code}`, title: code, status: 409, detail, code, ...more };
}
export const no = <T>(code: Code, detail: string, more: Partial<Problem> = {}): Promise<Answer<T>> =>
  Promise.resolve({ ok: false, problem: problem(code, detail, more) });

/** How the memory desk answers; the preview's address sets these. */
export interface RecordScript {
  /** Openings there are. */
  rows?: number;
  /** What a release comes to, first at once and then after a moment. */
  releases?: [OrderResult, OrderResult?];
  /** Photos the hub refuses, in these words. */
  badPhotos?: boolean;
  noCamera?: boolean;
  /** Photos may be brought so long after a release. */
  latePhotoMinutes?: number;
  /** A release owes its photo. */
  owing?: boolean;
  mobile?: boolean;
}

export abstract class MemoryRecord {
  listeners: Listeners | null = null;
  view: View | null = null;
  person: Person | null = null;
  /** Every command that was sent, by name, for tests. */
  sent: string[] = [];
  /** What the last release carried. */
  released: ReleasePress | null = null;
  photos: EvidencePhoto[] = [];
  asked: Approval[] = [sampleApproval()];
  filed: Debt[] = sampleDebts();
  told: Warning[] = sampleWarnings();
  protected readonly record: RecordScript;
  #stopFrames: (() => void) | null = null;
  #read: Report['acknowledged'] = [];
  #count = 0;
  #exporting = 0;

  constructor(script: RecordScript) {
    this.record = script;
  }

  abstract tell(told: Told): void;
  protected abstract follow(caseId: string, orderId: string, result: OrderResult, later?: OrderResult): void;

  protected get me(): Holder {
    const { id, name, role } = this.person ?? (people['guard'] as Person);
    return { id, name, role };
  }
  get mobile(): boolean {
    return this.record.mobile ?? false;
  }

  releaseForm(caseId: string) {
    const view = this.view;
    const direction = view?.case?.direction ?? (view?.lane.direction === 'entry' ? 'entry' : 'exit');
    const entry = direction === 'entry';
    const asked = this.asked.findLast((each) => each.case === caseId && each.state !== 'used');
    const form: ReleaseForm = {
      direction,
      reasons: entry
        ? reasonChoices.map((each) => ({ ...each, photos_min: 0, photos_max: 0, remark: true }))
        : reasonChoices,
      own_camera: this.person?.role === 'lot_staff',
      lane_camera: view?.lane.id_camera ?? false,
      approval: view?.assessment === 'vehicle_locked',
      photos: this.photos.flatMap((each) => (each.photo ? [each.photo] : [])),
      ...(view?.payment?.due_fen ? { due_fen: view.payment.due_fen } : {}),
      ...(asked ? { asked } : {}),
      ...(this.record.latePhotoMinutes && !entry ? { late_photo_minutes: this.record.latePhotoMinutes } : {}),
    };
    return ok(form);
  }
  release(caseId: string, press: ReleasePress): Promise<Answer<Released>> {
    this.sent.push('release');
    this.released = press;
    const reason = reasonChoices.find((each) => each.code === press.reason);
    const leave = this.asked.find((each) => each.case === caseId && each.state === 'allowed');
    if (reason?.approval && !leave) {
      const approval = this.#ask(caseId, press);
      return no('approval_required', '该操作需要主管同意。', { approval: approval.id });
    }
    if (leave) leave.state = 'used';
    const [result, later] = this.record.releases ?? ['accepted', 'opened'];
    const order_id = `release-${++this.#count}`;
    this.follow(caseId, order_id, result, later);
    return ok<Released>({ id: `op-r${this.#count}`, order_id, result, detail: result === 'refused' ? '手动模式' : '' });
  }
  #ask(caseId: string, press: ReleasePress): Approval {
    const view = this.view as View;
    const approval: Approval = {
      ...sampleApproval(),
      id: `leave-${++this.#count}`,
      case: caseId,
      lot: { id: view.lot.id, name: view.lot.name },
      lane: { id: view.lane.id, name: view.lane.name, code: view.lane.code },
      reason: press.reason,
      remark: press.remark,
      by: this.me,
      asked_at: new Date().toISOString(),
      expires_at: new Date(Date.now() + 180_000).toISOString(),
    };
    this.asked = [...this.asked, approval];
    return approval;
  }
  fileDebt(caseId: string, debt: NewDebt) {
    this.sent.push('file_debt');
    const view = this.view as View;
    const filed: Debt = {
      id: `debt-${++this.#count}`,
      lot: { id: view.lot.id, name: view.lot.name },
      lane: { id: view.lane.id, name: view.lane.name, code: view.lane.code },
      case: caseId,
      plate: view.vehicle?.plate ?? null,
      phone: debt.phone ?? null,
      amount_fen: debt.amount_fen,
      person: this.me,
      filed_at: new Date().toISOString(),
      state: 'open',
    };
    this.filed = [filed, ...this.filed];
    return ok(filed);
  }
  approvals() {
    return ok(this.asked.map((each) => ({ ...each })));
  }
  answerApproval(id: string, answer: AnswerApproval) {
    const found = this.asked.find((each) => each.id === id);
    if (!found) return no<Approval>('not_found', '没有找到。', { status: 404 });
    const state = answer.answer === 'allow' ? ('allowed' as const) : ('denied' as const);
    Object.assign(found, {
      state,
      answered_by: people['chief'] as Holder,
      ...(answer.note ? { note: answer.note } : {}),
    });
    const facts = { ...found };
    this.tell({ type: 'approval', approval: id, case: found.case, facts });
    return ok(facts);
  }

  cameras() {
    return ok(
      this.record.noCamera
        ? []
        : [
            { id: 'cam0', name: '内置摄像头', chosen: true },
            { id: 'cam1', name: 'USB 证件摄像头', chosen: false },
          ],
    );
  }
  chooseCamera() {
    return ok(null);
  }
  startPreview(frame: (jpeg: ArrayBuffer) => void) {
    this.#stopFrames?.();
    this.#stopFrames = previewFrames(frame);
    return ok(null);
  }
  previewShown() {
    return ok(undefined);
  }
  stopPreview() {
    this.#stopFrames?.();
    this.#stopFrames = null;
    return ok(null);
  }
  takePhoto(caseId: string) {
    return this.#shot(caseId, 'device_camera');
  }
  addPhoto(caseId: string) {
    return this.#shot(caseId, 'system_camera');
  }
  photoFromLane(caseId: string) {
    return this.#shot(caseId, 'lane_camera');
  }
  evidence() {
    return ok([...this.photos]);
  }
  dropPhoto(_caseId: string, id: string) {
    this.photos = this.photos.filter((each) => each.id !== id);
    return ok(null);
  }
  /** The photo waits a moment, then the hub has it or refuses it. */
  #shot(caseId: string, source: 'device_camera' | 'system_camera' | 'lane_camera') {
    const id = `photo-${++this.#count}`;
    const taken_at = new Date().toISOString();
    const photo: EvidencePhoto = { id, state: 'waiting', taken_at, thumb: photoPicture(this.#count) };
    this.photos = [...this.photos, photo];
    const kept = { id: `hub-${id}`, sha256: '00', width: 1280, height: 960, taken_at, source };
    setTimeout(() => {
      if (!this.photos.some((each) => each.id === id)) return;
      const next: EvidencePhoto = this.record.badPhotos
        ? { ...photo, state: 'refused', problem: problem('bad_image', '照片无法识别，请重新拍摄。') }
        : { ...photo, state: 'sent', photo: kept };
      this.photos = this.photos.map((each) => (each.id === id ? next : each));
      this.listeners?.evidenceChanged({ case: caseId, photo: next });
    }, 300);
    return ok(photo);
  }

  #all(filter: OpeningFilter, most: number): Opening[] {
    if (filter.owing) return this.record.owing ? [owingOf(this.me)] : [];
    const rows: Opening[] = [];
    const own = this.person?.role === 'lot_staff' || this.person?.role === 'agent' ? this.person.id : null;
    const whole = this.record.rows ?? 4000;
    for (let place = Number(filter.cursor ?? 0); place < whole && rows.length < most; place += 1) {
      const row = openingAt(place);
      if (filter.from && row.at < filter.from && place > 20) break;
      if (suits(filter, row) && (!own || row.person.id === own)) rows.push(row);
    }
    return rows;
  }
  openings(filter: OpeningFilter) {
    const limit = filter.limit ?? 100;
    const items = this.#all(filter, limit);
    const last = items.at(-1);
    const place = last ? Number(last.id.slice(3)) + 1 : 0;
    return ok(items.length === limit && last ? { items, next: String(place) } : { items });
  }
  opening(id: string) {
    if (id === 'op-owing') return ok(owingOf(this.me));
    const place = Number(id.slice(3));
    return Number.isNaN(place) ? no<Opening>('not_found', '没有找到。') : ok(openingAt(place));
  }
  openingPhotos(id: string): Promise<Answer<Evidence[]>> {
    const row = openingAt(Number(id.slice(3)));
    const states = ['kept', 'held', 'damaged', 'deleted'] as const;
    const until = new Date(Date.parse(row.at) + 90 * 86_400_000).toISOString();
    const hold = { why: '车主投诉', by: people['chief'] as Holder, since: row.at };
    const proofs = (row.photos ?? []).map((photo, at): Evidence => {
      const state = states[(Number(id.slice(3)) + at + 3) % 4] ?? 'kept';
      const base = { id: photo, taken_at: row.at, source: 'system_camera', by: row.person, state, until } as const;
      return state === 'held' ? { ...base, hold } : base;
    });
    return ok(proofs);
  }
  bringPhotos(id: string) {
    this.sent.push(`bring:${id}`);
    return this.opening(id);
  }
  closePhotos(id: string, reason: string) {
    this.sent.push(`close-photos:${id}:${reason}`);
    const row = openingAt(Number(id.slice(3)));
    const at = new Date().toISOString();
    const photos_owed = { missing: 1, due_at: row.at, closed: { by: this.me, at, reason } };
    return ok<Opening>({ ...row, photos: [], photos_owed });
  }
  openingTimeline(id: string): Promise<Answer<TimelineEntry[]>> {
    const row = id === 'op-owing' ? owingOf(this.me) : openingAt(Number(id.slice(3)));
    const before = (seconds: number) => new Date(Date.parse(row.at) - seconds * 1000).toISOString();
    const steps: TimelineEntry[] = [
      { at: row.claimed_at, person: row.person, what: 'claimed' },
      { at: before(80), what: 'plate_read', facts: { plate: row.plate ?? '' } },
      { at: before(30), person: row.person, what: 'photo_taken' },
      { at: row.at, person: row.person, what: 'ordered', facts: { action: 'open' } },
      { at: before(-3), what: 'order_result', facts: { result: row.result } },
      { at: before(-9), what: 'passed' },
    ];
    return ok(steps.filter((step) => step.what !== 'photo_taken' || (row.photos?.length ?? 0) > 0));
  }
  openingStatistics(filter: OpeningFilter, by: By) {
    return ok(counted(this.#all(filter, 3000), by));
  }
  async exportOpenings(filter: OpeningFilter, format: ExportFormat) {
    this.sent.push(`export:${format}`);
    const run = ++this.#exporting;
    const rows = this.#all(filter, 3000).length;
    for (let share = 1; share <= 10; share += 1) {
      await new Promise((done) => setTimeout(done, 120));
      if (run !== this.#exporting) return { ok: true as const, data: null };
      this.listeners?.exportProgress({ rows: Math.round((rows * share) / 10), bytes: rows * share * 20 });
    }
    return { ok: true as const, data: { path: `/home/chief/下载/开闸记录-2026-11-22.${format}`, rows } };
  }
  cancelExport() {
    this.#exporting += 1;
    return ok(null);
  }
  reasons() {
    return ok(reasonChoices);
  }
  rises() {
    return ok({ items: sampleRises() });
  }
  debts(filter: DebtFilter) {
    const items = this.filed.filter(
      (debt) =>
        (!filter.state || debt.state === filter.state) && (!filter.plate || (debt.plate ?? '').includes(filter.plate)),
    );
    return ok({ items });
  }
  waiveDebt(id: string, note: string) {
    const debt = this.filed.find((each) => each.id === id);
    if (!debt) return no<null>('not_found', '没有找到。');
    Object.assign(debt, { state: 'waived', note, ended_at: new Date().toISOString() });
    return ok(null);
  }
  warnings() {
    return ok({ items: [...this.told] });
  }
  dismissWarning(id: string, dismissed_why: string) {
    const warning = this.told.find((each) => each.id === id);
    if (!warning) return no<null>('not_found', '没有找到。');
    Object.assign(warning, { dismissed_by: this.me, dismissed_why });
    return ok(null);
  }
  report(day: string) {
    const openings = counted(this.#all({}, 500), 'reason');
    const figures = { unknown: 1, without_passage: 4, rises: 2, debts: 9, debts_fen: 21600, warnings: 3 };
    return ok<Report>({ day, openings, ...figures, acknowledged: this.#read });
  }
  acknowledgeReport(day: string) {
    this.sent.push('acknowledge');
    this.#read = [{ by: this.me, at: new Date().toISOString() }];
    return this.report(day);
  }
  auditHead() {
    const hex = (salt: number, many: number) =>
      Array.from({ length: many }, (_, at) => ((at * 7 + salt * 13) % 16).toString(16)).join('');
    const cells = Array.from({ length: 441 }, (_, at) => ((at * 2654435761) >>> 7) % 3 === 0);
    const drawn = cells.map((on, at) => (on ? `M${at % 21} ${Math.floor(at / 21)}h1v1h-1z` : '')).join('');
    return ok({
      at: new Date().toISOString(),
      chains: [
        { chain: 'openings', seq: 18233, hash: hex(1, 64) },
        { chain: 'access', seq: 2291, hash: hex(2, 64) },
      ],
      digest: hex(3, 64),
      signature: hex(4, 128),
      public_key: hex(5, 64),
      qr_svg: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-1 -1 23 23"><path fill="#fff" d="M-1-1h23v23H-1z"/><path d="${drawn}"/></svg>`,
    });
  }
  holdPhoto(_id: string, hold: HoldPhoto) {
    this.sent.push(`hold:${hold.reason}`);
    return ok(null);
  }
}
