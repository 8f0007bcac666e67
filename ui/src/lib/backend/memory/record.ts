/** Releases, photos and one's own openings at the demo lot. */
import type { Approval, EvidencePhoto, Opening, OpeningFilter, PhotoSource, TimelineEntry } from '..';
import { photoPicture, previewFrames } from './camera';
import type { Lot, Script } from './lot';
import { Refusal, type Rooms } from './rooms';
import { openingAt, owingOf, reasonChoices, suits } from './rows';
import { ago, at, chief, lisi, placeOf, soon } from './sample';

export const sampleApproval = (): Approval => ({
  id: 'leave-0',
  case: 'case-77',
  ...at('S01'),
  direction: 'exit',
  plate: '粤B33T20',
  assessment: 'no_entry_record',
  due_fen: 4000,
  reason: 'special_person',
  remark: '业主家属就医，证件已核对。',
  photos: ['ph-1-1', 'ph-1-2'],
  by: lisi,
  asked_at: ago(24),
  expires_at: soon(156),
  state: 'waiting',
});

export function releases(lot: Lot, script: Script): Rooms {
  return {
    releaseForm: (caseId) => {
      const view = lot.view;
      const direction = view?.case?.direction ?? (view?.lane.direction === 'entry' ? 'entry' : 'exit');
      const entry = direction === 'entry';
      const asked = lot.asked.findLast((each) => each.case === caseId && each.state !== 'used');
      const plain = { photos_min: 0, photos_max: 0, remark: true };
      return {
        direction,
        reasons: entry ? reasonChoices.map((each) => ({ ...each, ...plain })) : reasonChoices,
        own_camera: lot.person?.role === 'lot_staff',
        lane_camera: view?.lane.id_camera ?? false,
        approval: view?.assessment === 'vehicle_locked',
        photos: lot.photos.flatMap((each) => (each.photo ? [each.photo] : [])),
        ...(view?.payment?.due_fen ? { due_fen: view.payment.due_fen } : {}),
        ...(asked ? { asked } : {}),
        ...(script.latePhotoMinutes && !entry ? { late_photo_minutes: script.latePhotoMinutes } : {}),
      };
    },
    release: (caseId, press) => {
      lot.sent.push('release');
      lot.released = press;
      const { reason, remark } = press;
      const leave = lot.asked.find((each) => each.case === caseId && each.state === 'allowed');
      if (reasonChoices.find((each) => each.code === reason)?.approval && !leave) {
        const id = lot.next('leave');
        const of = { id, case: caseId, ...placeOf(lot.page), reason, remark, by: lot.me };
        lot.asked = [...lot.asked, { ...sampleApproval(), ...of, asked_at: soon(), expires_at: soon(180) }];
        throw new Refusal('approval_required', '该操作需要主管同意。', { approval: id });
      }
      if (leave) leave.state = 'used';
      const [result, later] = script.releases ?? ['accepted', 'opened'];
      const order_id = lot.next('release');
      const { detail } = lot.order(order_id, { case: caseId, action: 'open', result }, later);
      return { id: `op-${order_id}`, order_id, result, detail };
    },
    fileDebt: (caseId, { phone = null, amount_fen }) => {
      lot.sent.push('file_debt');
      const plate = lot.page.vehicle?.plate ?? null;
      const of = { ...placeOf(lot.page), case: caseId, plate, phone, amount_fen, person: lot.me };
      return { id: lot.next('debt'), ...of, filed_at: soon(), state: 'open' };
    },
  };
}

export function photos(lot: Lot, script: Script): Rooms {
  let stopFrames: (() => void) | null = null;
  const stop = () => {
    stopFrames?.();
    stopFrames = null;
  };
  /** The photo waits a moment, then the hub has it or refuses it. */
  const shot = (caseId: string, source: PhotoSource): EvidencePhoto => {
    const [id, taken_at] = [lot.next('photo'), soon()];
    const photo: EvidencePhoto = { id, state: 'waiting', taken_at, thumb: photoPicture(lot.photos.length) };
    lot.photos = [...lot.photos, photo];
    setTimeout(() => {
      if (!lot.photos.includes(photo)) return;
      const { problem } = new Refusal('bad_image', '照片无法识别，请重新拍摄。');
      const kept = { id: `hub-${id}`, sha256: '00', width: 1280, height: 960, taken_at, source };
      const next: EvidencePhoto = script.badPhotos
        ? { ...photo, state: 'refused', problem }
        : { ...photo, state: 'sent', photo: kept };
      lot.photos = lot.photos.map((each) => (each === photo ? next : each));
      lot.listeners?.evidenceChanged({ case: caseId, photo: next });
    }, 300);
    return photo;
  };
  return {
    cameras: () =>
      script.noCamera
        ? []
        : [
            { id: 'cam0', name: '内置摄像头', chosen: true },
            { id: 'cam1', name: 'USB 证件摄像头', chosen: false },
          ],
    startPreview: (frame) => {
      stop();
      stopFrames = previewFrames(frame);
    },
    stopPreview: stop,
    takePhoto: (caseId) => shot(caseId, 'device_camera'),
    addPhoto: (caseId) => shot(caseId, 'system_camera'),
    photoFromLane: (caseId) => shot(caseId, 'lane_camera'),
    evidence: () => [...lot.photos],
    dropPhoto: (_caseId, id) => (lot.photos = lot.photos.filter((each) => each.id !== id)),
  };
}

/** The openings of a filter, `most` at a time; lot staff and agents see their own. */
export function openingsOf(lot: Lot, script: Script, filter: OpeningFilter, most: number): Opening[] {
  if (filter.owing) return script.owing ? [owingOf(lot.me)] : [];
  const rows: Opening[] = [];
  const own = lot.person?.role === 'lot_staff' || lot.person?.role === 'agent' ? lot.person.id : null;
  for (let place = Number(filter.cursor ?? 0); place < (script.rows ?? 4000) && rows.length < most; place += 1) {
    const row = openingAt(place);
    if (filter.from && row.at < filter.from && place > 20) break;
    if (suits(filter, row) && (!own || row.person.id === own)) rows.push(row);
  }
  return rows;
}

export function openings(lot: Lot, script: Script): Rooms {
  const opening = (id: string): Opening => (id === 'op-owing' ? owingOf(lot.me) : openingAt(Number(id.slice(3))));
  return {
    openings: (filter) => {
      const limit = filter.limit ?? 100;
      const items = openingsOf(lot, script, filter, limit);
      const last = items.at(-1);
      return last && items.length === limit ? { items, next: String(Number(last.id.slice(3)) + 1) } : { items };
    },
    opening,
    openingPhotos: (id) => {
      const row = opening(id);
      const states = ['kept', 'held', 'damaged', 'deleted'] as const;
      const until = new Date(Date.parse(row.at) + 90 * 86_400_000).toISOString();
      const hold = { why: '车主投诉', by: chief, since: row.at };
      return (row.photos ?? []).map((photo, turn) => {
        const state = states[(Number(id.slice(3)) + turn + 3) % 4] ?? 'kept';
        const kept = { id: photo, taken_at: row.at, source: 'system_camera' as const, by: row.person, state, until };
        return state === 'held' ? { ...kept, hold } : kept;
      });
    },
    bringPhotos: (id) => {
      lot.sent.push(`bring:${id}`);
      return opening(id);
    },
    openingTimeline: (id): TimelineEntry[] => {
      const { at: moment, person, claimed_at, plate, result, photos: taken } = opening(id);
      const before = (seconds: number) => new Date(Date.parse(moment) - seconds * 1000).toISOString();
      return [
        { at: claimed_at, person, what: 'claimed' },
        { at: before(80), what: 'plate_read', facts: { plate: plate ?? '' } },
        ...(taken?.length ? [{ at: before(30), person, what: 'photo_taken' as const }] : []),
        { at: moment, person, what: 'ordered', facts: { action: 'open' } },
        { at: before(-3), what: 'order_result', facts: { result } },
        { at: before(-9), what: 'passed' },
      ];
    },
    reasons: () => reasonChoices,
  };
}
