/** The site's tables: versions and undo as the hub keeps them, for one administrator and one more. */
import type { Cells, SiteChange, SiteRow, SiteTable } from '$lib/backend';
import { Refusal, type Rooms } from '$lib/backend/memory/rooms';
import { ago, soon } from '$lib/backend/memory/sample';
import { codeFor, fault } from './account';
import type { Office, Script } from './desk';
import { still, version } from './site-tables';

const secrets = ['password', 'key', 'secret'];

function label(cells: Cells, id: string): string {
  const { name, text, plates, plate } = cells;
  return String(name ?? text ?? (Array.isArray(plates) ? plates[0] : null) ?? plate ?? id);
}

/** What the pages show of the hub's own checks, each at its field. */
function check(table: SiteTable, cells: Cells): void {
  const { value, min, max } = cells;
  if (table === 'rule' && (Number(value) < Number(min) || Number(value) > Number(max)))
    throw fault('value', `允许 ${min} 到 ${max}。`);
  if (table === 'link' && !String(cells['url'] ?? '').startsWith('https://'))
    throw fault('url', '须以 https:// 开头。');
  const { places } = cells;
  for (const [column, cell] of Object.entries(cells)) {
    const hole = /\{([^}]*)\}/u.exec(String(cell ?? ''))?.[1];
    if (hole !== undefined && Array.isArray(places) && !['amount', ...places].includes(hole))
      throw fault(column, `这里没有 {${hole}} 可填。`);
  }
}

/** What an import of passes did, row by row. */
function imported({ id, by, at }: SiteChange): SiteChange[] {
  const one = { id, table: 'pass' as const, by, at, undoable: false };
  const pass = { lot: 'caiyue', plates: ['粤B12345'], status: 'active', valid_to: '2026-12-31T15:59:59.999Z' };
  const [before, added] = [
    { ...pass, status: 'suspended' },
    { ...pass, plates: ['粤B3K91Q'] },
  ];
  return [
    { ...one, row_id: 'p1', label: '粤B12345', kind: 'changed', before, after: pass },
    { ...one, row_id: 'p2', label: '粤B3K91Q', kind: 'added', after: added },
  ];
}

export function site(lot: Office, script: Script): Rooms {
  const row = (table: SiteTable, id: string): SiteRow => {
    const found = lot.site[table].find((each) => each.id === id);
    if (!found) throw new Refusal('not_found', '没有这一行。', { status: 404 });
    return found;
  };
  const put = (found: SiteRow, cells: Cells): SiteRow => {
    const next = { ...found, row: cells, version: version(), label: label(cells, found.label) };
    lot.site[next.table] = lot.site[next.table].map((each) => (each.id === next.id ? next : each));
    return next;
  };
  const drop = ({ table, id }: SiteRow) => (lot.site[table] = lot.site[table].filter((each) => each.id !== id));
  const note = (change: Pick<SiteChange, 'row_id' | 'label' | 'kind' | 'undoable'> & Partial<SiteChange>) =>
    (lot.changes = [{ id: lot.next('change'), by: lot.me, at: soon(), ...change }, ...lot.changes]);
  const rotate = (found: SiteRow, next: string, step: string, secret: string) => {
    const kept = found.secrets?.filter((key) => key !== next) ?? [];
    found.secrets = step === 'begin' ? [...kept, next] : kept;
    return step === 'begin' ? { secret } : {};
  };
  return {
    siteRows: (table, { q, lot: of }) => ({
      items: lot.site[table].filter(
        (each) =>
          `${each.id} ${each.label} ${JSON.stringify(each.row)}`.toLowerCase().includes((q ?? '').toLowerCase()) &&
          (!of || each.row['lot'] === of),
      ),
    }),
    siteRow: row,
    addSiteRow: (table, cells) => {
      lot.guards();
      const id = String(cells['id'] ?? cells['code'] ?? cells['number'] ?? cells['username'] ?? lot.next('row'));
      const added: SiteRow = { table, id, label: label(cells, id), version: version(), row: cells, secrets: [] };
      lot.site[table] = [...lot.site[table], added];
      note({ table, row_id: id, label: added.label, kind: 'added', before: null, after: cells, undoable: true });
      return table === 'person' ? { ...added, one_time_code: codeFor(id) } : added;
    },
    changeSiteRow: (table, id, from, cells) => {
      if (script.meanwhile) {
        script.meanwhile = false;
        const { row: theirs } = row(table, id);
        put(row(table, id), { ...theirs, name: `${String(theirs['name'] ?? '')}（新）` });
      }
      const current = row(table, id);
      const before = current.row;
      if (current.version !== from) throw new Refusal('changed_meanwhile', '有人刚改过这一行。', { current });
      lot.guards();
      check(table, { ...before, ...cells });
      const shown = Object.fromEntries(Object.entries(cells).filter(([key]) => !secrets.includes(key)));
      const next = put(current, { ...before, ...shown });
      note({ table, row_id: id, label: next.label, kind: 'changed', before, after: next.row, undoable: true });
      return next;
    },
    removeSiteRow: (table, id) => {
      const gone = row(table, id);
      drop(gone);
      note({ table, row_id: id, label: gone.label, kind: 'removed', before: gone.row, after: null, undoable: false });
    },
    siteChanges: ({ import: of, table, id }) => ({
      items: of
        ? lot.changes.filter((each) => each.id === of).flatMap(imported)
        : lot.changes.filter((each) => (!table || each.table === table) && (!id || each.row_id === id)),
    }),
    undoSiteChange: (id) => {
      const change = lot.changes.find((each) => each.id === id);
      if (!change) throw new Refusal('not_found', '没有这项改动。', { status: 404 });
      const { table, before, row_id } = change;
      if (script.moved && !table) {
        const words = '这次导入的 2 行后来又有改动（如「粤B12345」），不能整体撤销；请逐行修改。';
        throw new Refusal('changed_meanwhile', words);
      }
      if (table && before) put(row(table, row_id), before);
      else if (table) drop(row(table, row_id));
      const undone = { undoable: false, undone_by: lot.me, undone_at: soon() };
      lot.changes = lot.changes.map((each) => (each.id === id ? { ...each, ...undone } : each));
      return change;
    },
    pendingChanges: () => lot.pending,
    answerPending: (id, word) => {
      const asked = lot.pending.find((each) => each.id === id);
      if (!asked) throw new Refusal('not_found', '没有这项改动。', { status: 404 });
      lot.pending = lot.pending.filter((each) => each !== asked);
      if (word === 'confirm' && asked.after) put(row(asked.table, asked.row_id), asked.after);
      return { ...asked, state: word === 'confirm' ? 'confirmed' : 'refused', answerable: false };
    },
    testDevice: (id, form) => {
      const url = (form ?? row('device', id).row)['url'];
      const down = id === 'cam-N01' || String(url ?? '').includes('nowhere');
      const [good, says] = [!down, (there: string, gone: string) => (down ? gone : there)];
      return {
        checks: [
          { part: 'connection', ok: good, words: says('已连接', '5 秒内没有回应'), took_ms: down ? 5000 : 24 },
          { part: 'still', ok: good, words: says('1920 × 1080', '没有图片'), took_ms: 180 },
          { part: 'plate_camera', ok: good, words: says('粤B12345', '没有识别'), took_ms: 40 },
          { part: 'barrier', ok: good, words: says('已关', '状态未知'), took_ms: 31 },
        ],
        ...(down ? {} : { still: still(), plate: '粤B12345', barrier: 'closed' }),
      };
    },
    pairRobot: () => ({ code: '482 917', expires_at: ago(-600) }),
    rotateSecret: (id, step) => rotate(row('integration', id), 'next_secret', step, 'whs_7fQ2m9TzfW4xKd81'),
    rotatePushKey: (id, step) => rotate(row('device', id), 'next_push_key', step, '4f1c09d27be84a3690c5d1e2f7a8b693'),
    importSite: (file, _table, preview) => {
      const bad = [
        { row: 18, column: 'plates', words: '车牌“粤B12”不完整' },
        { row: 4021, column: 'valid_to', words: '早于 valid_from' },
        { row: 9980, column: 'lot', words: '没有停车场“caiyu”' },
      ];
      const faults = script.badRows || file.name.includes('bad') ? bad : [];
      for (const done of [2_000, 6_000, 10_000])
        lot.listeners?.importTold?.({ progress: { phase: preview ? 'comparing' : 'writing', done, total: 10_000 } });
      const written = !preview && faults.length === 0;
      if (written) note({ row_id: '', label: '10000 rows', kind: 'imported', undoable: true });
      return {
        written,
        rows: 10_000,
        added: 214,
        changed: 37,
        same: 9_749,
        faults,
        sample: [
          { table: 'pass', label: '粤B3K91Q', kind: 'added', fields: [] },
          { table: 'pass', label: '粤B12345', kind: 'changed', fields: ['valid_to'] },
        ],
        notes: [],
      };
    },
    exportSite: (format) => ({ path: `/home/demo/下载/站点-2026-11-22.${format}`, rows: 10_214 }),
  };
}
