import type { Cell, Cells, SiteRow, SiteTable } from '$lib/backend';
import type { PlainKey } from '$lib/messages/words.svelte';

export type ColumnKind =
  | 'text'
  /** Text of several lines. */
  | 'words'
  | 'number'
  /** Shown in yuan, kept in 分. */
  | 'money'
  | 'truth'
  | 'choice'
  /** Texts, one a line. */
  | 'lines'
  /** The id of a row of another table, or several. */
  | 'ref'
  | 'refs'
  /** Written, never shown. */
  | 'secret'
  | 'day'
  /** Only told. */
  | 'told';

export interface Column {
  key: string;
  kind: ColumnKind;
  label: PlainKey;
  required?: boolean;
  /** Names the row for good: only a new one may be given it. */
  names?: boolean;
  options?: readonly { value: string; text: PlainKey }[];
  of?: SiteTable;
  /** For new rows. */
  usual?: Cell;
}

const id: Column = { key: 'id', kind: 'text', label: 'column.id', required: true, names: true };
const name: Column = { key: 'name', kind: 'text', label: 'column.name', required: true };
const lot: Column = { key: 'lot', kind: 'ref', of: 'lot', label: 'column.lot', required: true };
const device = (key: string, label: PlainKey): Column => ({ key, kind: 'ref', of: 'device', label });
const whole = (key: string, label: PlainKey, usual?: number): Column => ({
  key,
  kind: 'number',
  label,
  ...(usual === undefined ? {} : { usual }),
});
const truth = (key: string, label: PlainKey, usual = false): Column => ({ key, kind: 'truth', label, usual });
/** One of a few words, each the last part of its text's key. */
const choice = (key: string, usual: string, ...texts: PlainKey[]): Column => ({
  key,
  kind: 'choice',
  label: `column.${key}` as PlainKey,
  options: texts.map((text) => ({ value: text.slice(text.indexOf('.') + 1), text })),
  usual,
});
const required = (column: Column): Column => ({ ...column, required: true });

/** What each table's rows hold: the keys of the site file, and how each is filled in. */
export const columns: Record<SiteTable, readonly Column[]> = {
  area: [id, name, { key: 'parent', kind: 'ref', of: 'area', label: 'column.parent' }],
  lot: [
    id,
    name,
    { key: 'area', kind: 'ref', of: 'area', label: 'column.area', required: true },
    { key: 'manager', kind: 'text', label: 'column.manager' },
    { key: 'manager_phone', kind: 'text', label: 'column.manager_phone' },
    { key: 'address', kind: 'text', label: 'column.address' },
    truth('outsiders', 'column.outsiders', true),
    whole('leave_minutes', 'column.leave_minutes', 15),
  ],
  lane: [
    id,
    lot,
    name,
    { key: 'code', kind: 'text', label: 'column.code', required: true },
    required(choice('direction', 'exit', 'direction.entry', 'direction.exit', 'direction.both')),
    device('barrier', 'column.barrier'),
    device('plate_camera', 'column.plate_camera'),
    { key: 'environment_cameras', kind: 'refs', of: 'device', label: 'column.environment_cameras' },
    device('id_camera', 'column.id_camera'),
    { key: 'robot', kind: 'ref', of: 'robot', label: 'column.robot' },
  ],
  device: [
    id,
    required(choice('driver', 'hikvision', 'driver.hikvision')),
    { key: 'url', kind: 'text', label: 'column.url', required: true },
    { key: 'username', kind: 'text', label: 'column.device_user' },
    { key: 'password', kind: 'secret', label: 'column.password' },
    choice('events', 'pull', 'events.pull', 'events.push', 'events.none'),
    { key: 'push_key', kind: 'secret', label: 'column.push_key' },
    { key: 'push_from', kind: 'text', label: 'column.push_from' },
    { key: 'serial', kind: 'text', label: 'column.serial' },
    whole('channel', 'column.channel', 1),
    { key: 'rtsp', kind: 'text', label: 'column.rtsp' },
    { key: 'rtsp_username', kind: 'secret', label: 'column.rtsp_username' },
    { key: 'rtsp_password', kind: 'secret', label: 'column.rtsp_password' },
    truth('rtsp_basic', 'column.rtsp_basic', false),
    choice('transport', 'tcp', 'transport.tcp', 'transport.udp'),
    { key: 'namespace', kind: 'text', label: 'column.namespace' },
  ],
  robot: [
    id,
    { key: 'number', kind: 'text', label: 'column.number', required: true },
    { key: 'phone', kind: 'text', label: 'column.phone' },
    { key: 'key', kind: 'secret', label: 'column.key' },
  ],
  seat: [{ key: 'number', kind: 'text', label: 'column.number', required: true, names: true }],
  person: [
    { key: 'username', kind: 'text', label: 'column.username', required: true, names: true },
    { ...name, label: 'column.person_name' },
    required(choice('role', 'lot_staff', 'role.lot_staff', 'role.agent', 'role.supervisor', 'role.admin')),
    { key: 'lots', kind: 'refs', of: 'lot', label: 'column.lots' },
    { key: 'areas', kind: 'refs', of: 'area', label: 'column.areas' },
    truth('disabled', 'column.disabled'),
    { key: 'must_change', kind: 'told', label: 'column.must_change' },
    { key: 'second_factor', kind: 'told', label: 'column.second_factor' },
  ],
  reason: [
    { key: 'code', kind: 'text', label: 'column.code', required: true, names: true },
    { key: 'text', kind: 'text', label: 'column.text', required: true },
    required(choice('direction', 'any', 'reason_direction.any', 'direction.entry', 'direction.exit')),
    truth('remark', 'column.remark', true),
    whole('photos_min', 'column.photos_min', 1),
    whole('photos_max', 'column.photos_max', 3),
    truth('approval', 'column.approval'),
  ],
  pass: [
    lot,
    { key: 'plates', kind: 'lines', label: 'column.plates', required: true },
    required(
      choice(
        'status',
        'active',
        'pass_status.created',
        'pass_status.active',
        'pass_status.suspended',
        'pass_status.cancelled',
      ),
    ),
    { key: 'valid_from', kind: 'day', label: 'column.valid_from', required: true },
    { key: 'valid_to', kind: 'day', label: 'column.valid_to', required: true },
    whole('spaces', 'column.spaces', 1),
  ],
  vehicle: [
    { ...lot, names: true },
    { key: 'plate', kind: 'text', label: 'column.plate', required: true, names: true },
    truth('locked', 'column.locked'),
    truth('blacklisted', 'column.blacklisted'),
  ],
  tariff: [
    { ...lot, names: true },
    whole('free_minutes', 'column.free_minutes', 0),
    required(whole('first_minutes', 'column.first_minutes', 60)),
    { key: 'first_fen', kind: 'money', label: 'column.first_fen', required: true },
    required(whole('step_minutes', 'column.step_minutes', 60)),
    { key: 'step_fen', kind: 'money', label: 'column.step_fen', required: true },
    { key: 'day_cap_fen', kind: 'money', label: 'column.day_cap_fen' },
  ],
  integration: [
    id,
    required(choice('kind', 'payments', 'integration.payments', 'integration.telephony')),
    { key: 'secret', kind: 'secret', label: 'column.secret', required: true },
  ],
  template: [
    { key: 'text', kind: 'words', label: 'column.words', required: true },
    { key: 'speech', kind: 'words', label: 'column.speech' },
    { key: 'text_en', kind: 'words', label: 'column.words_en' },
    { key: 'speech_en', kind: 'words', label: 'column.speech_en' },
  ],
  link: [{ key: 'url', kind: 'words', label: 'column.link', required: true }],
  rule: [{ key: 'value', kind: 'number', label: 'column.value', required: true }],
};

/** The parts of the settings page in the order of the work: the site, its people, its rules. */
export const groups: readonly { title: PlainKey; tables: readonly SiteTable[] }[] = [
  { title: 'settings.site', tables: ['area', 'lot', 'lane', 'device', 'robot', 'template', 'link'] },
  { title: 'settings.people', tables: ['person', 'seat'] },
  { title: 'settings.rules', tables: ['rule', 'reason', 'tariff', 'pass', 'vehicle', 'integration'] },
];

/** Tables whose rows stand there though nobody has set them: none can be added, and removing one is its default. */
export const standing: ReadonlySet<SiteTable> = new Set<SiteTable>(['rule', 'template', 'link']);

/** Whether the row can be removed: it is one's own, and no record names it for good. */
export const removable = (row: SiteRow): boolean =>
  row.table !== 'rule' && row.table !== 'person' && row.row['set'] !== false;

/** Tables whose rows belong to a lot and are many. */
export const byLot: ReadonlySet<SiteTable> = new Set<SiteTable>(['lane', 'pass', 'vehicle']);

/** What an import takes as a sheet; everything else comes in a site file. */
export const sheets: readonly SiteTable[] = ['pass', 'lot', 'person'];

/** The values of a new row. */
export function blank(table: SiteTable): Cells {
  const cells: Cells = {};
  for (const column of columns[table]) if (column.usual !== undefined) cells[column.key] = column.usual;
  return cells;
}

/** Whether two values say the same; nothing said and an empty text are one. */
export function same(a: Cell | null | undefined, b: Cell | null | undefined): boolean {
  const plain = (cell: Cell | null | undefined) => (cell === '' || cell === undefined ? null : cell);
  return JSON.stringify(plain(a)) === JSON.stringify(plain(b));
}

/** Areas as a tree, each with its depth; what hangs below nothing known stands at the root. */
export function tree(rows: readonly SiteRow[]): { row: SiteRow; depth: number }[] {
  const known = new Set(rows.map((row) => row.id));
  const below = (parent: string | null, depth: number): { row: SiteRow; depth: number }[] =>
    rows
      .filter((row) => {
        const of = row.row['parent'];
        const found = typeof of === 'string' && known.has(of) ? of : null;
        return found === parent;
      })
      .flatMap((row) => [{ row, depth }, ...(depth < 12 ? below(row.id, depth + 1) : [])]);
  return below(null, 0);
}
