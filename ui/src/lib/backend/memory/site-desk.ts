/** Accounts and the site in memory: versions, faults and undo as the hub keeps them, for one administrator and one more. */
import type { Answer } from '..';
import type {
  Cell,
  Cells,
  ChangeFilter,
  Holder,
  ImportResult,
  OneTimeCode,
  OpenSession,
  Page,
  PendingChange,
  PendingWord,
  Person,
  Problem,
  RowFault,
  SecondFactorOffer,
  SecretStep,
  SiteChange,
  SiteRow,
  SiteTable,
} from '..';
import { MemoryCalls, type CallScript } from './calls';
import { no, ok } from './record';
import { qrPicture } from './robot';
import { ago, people } from './sample';
import { still, tables, version } from './site';

export interface OfficeScript extends CallScript {
  /** What is dangerous wants the password first. */
  reentry?: boolean;
  /** Somebody else changes the row one edits, just before it is saved. */
  meanwhile?: boolean;
  /** The file that is imported has bad rows. */
  badRows?: boolean;
  /** Nobody asks for help. */
  noHelp?: boolean;
  secondFactor?: boolean;
  /** Rows of an import were changed since. */
  moved?: boolean;
}

/** With what somebody's password is set in the guide. */
const codeFor = (username: string): OneTimeCode => ({
  username,
  code: 'k7qm-29tz-fw4x-hh2p',
  expires_at: ago(-259200),
});

const chenyu: Holder = { id: 'chenyu', name: '陈雨', role: 'lot_staff' };
const other: Holder = { id: 'admin2', name: '林涛', role: 'admin' };

export abstract class MemorySite extends MemoryCalls {
  site = tables();
  changes: SiteChange[] = [];
  /** What weakens a rule of control and waits. */
  pending: PendingChange[] = [];
  /** The password was entered once more. */
  confirmed = false;
  protected readonly office: OfficeScript;
  #count = 0;
  #enrolled: boolean;
  #sessions: OpenSession[];

  constructor(script: OfficeScript) {
    super(script);
    this.office = script;
    this.#enrolled = script.secondFactor ?? false;
    this.#sessions = ['s1', 's2', 's3'].map((id, at) => ({
      id,
      person: chenyu,
      begun_at: ago(at * 9000 + 600),
      used_at: ago(at * 3000),
      expires_at: ago(-600000),
      address: `10.20.3.${at + 11}`,
      current: at === 0,
    }));
  }

  #dangerous<T>(): Promise<Answer<T>> | null {
    if (!this.office.reentry || this.confirmed) return null;
    return no<T>('password_required', '请再次输入密码。', { status: 403 });
  }

  changePassword(old: string, wanted: string) {
    if (old === 'wrong') return this.#fault<Person>('old', '原密码不对。');
    if (wanted.length < 8) return this.#fault<Person>('new', '至少 8 个字符。');
    this.person = { ...(this.person as Person), must_change: false };
    return ok(this.person);
  }
  confirmPassword(password: string) {
    if (password === 'wrong') return this.#fault<null>('password', '密码不对。');
    this.confirmed = true;
    return ok(null);
  }
  openSessions(person: string | null) {
    const mine = this.#sessions.map((session) => ({ ...session, current: session.current && person === null }));
    return ok(mine);
  }
  endSession(id: string) {
    this.#sessions = this.#sessions.filter((session) => session.id !== id);
    return ok(null);
  }
  secondFactor() {
    return ok({ required: this.person?.must_enrol ?? false, enrolled: this.#enrolled });
  }
  offerSecondFactor() {
    const offer: SecondFactorOffer = {
      secret: 'JBSWY3DPEHPK3PXP',
      uri: 'otpauth://totp/Lanedesk:demo?secret=JBSWY3DPEHPK3PXP',
      qr_svg: qrPicture(),
    };
    return ok(offer);
  }
  confirmSecondFactor(code: string) {
    if (code !== '123456') return this.#fault<Person>('code', '验证码不对，请看应用里现在的六位数。');
    this.#enrolled = true;
    this.person = { ...(this.person as Person), must_enrol: false };
    return ok(this.person);
  }
  dropSecondFactor() {
    this.#enrolled = false;
    return ok(null);
  }
  resetPassword(person: string) {
    return this.#dangerous<OneTimeCode>() ?? ok(codeFor(person));
  }
  resetWithCode(_hubUrl: string, username: string, code: string, wanted: string) {
    if (code !== codeFor(username).code)
      return no<Person>('bad_credentials', '账号或一次性代码不对。', { status: 401 });
    if (wanted.length < 8) return this.#fault<Person>('password', '新密码至少 8 位。');
    this.person = people[username] as Person;
    return ok(this.person);
  }
  pendingChanges() {
    return ok(this.pending);
  }
  answerPending(id: string, word: PendingWord) {
    const asked = this.pending.find((each) => each.id === id) as PendingChange;
    this.pending = this.pending.filter((each) => each !== asked);
    const known = this.site[asked.table].find((each) => each.id === asked.row_id);
    if (word === 'confirm' && known && asked.after) this.#put({ ...known, version: version() }, asked.after);
    return ok<PendingChange>({ ...asked, state: word === 'confirm' ? 'confirmed' : 'refused', answerable: false });
  }
  resetSecondFactor() {
    return ok(null);
  }

  siteRows(table: SiteTable, filter: { q?: string | null; lot?: string | null }) {
    const q = (filter.q ?? '').toLowerCase();
    const items = this.site[table].filter(
      (row) =>
        (!q || `${row.id} ${row.label} ${JSON.stringify(row.row)}`.toLowerCase().includes(q)) &&
        (!filter.lot || row.row['lot'] === filter.lot),
    );
    return ok<Page<SiteRow>>({ items });
  }
  siteRow(table: SiteTable, id: string) {
    const row = this.site[table].find((each) => each.id === id);
    return row ? ok(row) : no<SiteRow>('not_found', '没有这一行。', { status: 404 });
  }
  addSiteRow(table: SiteTable, cells: Cells): Promise<Answer<SiteRow>> {
    const refused = this.#dangerous<SiteRow>() ?? this.#checked(table, cells);
    if (refused) return refused;
    const id = String(cells['id'] ?? cells['code'] ?? cells['number'] ?? cells['username'] ?? `row-${++this.#count}`);
    if (this.site[table].some((row) => row.id === id)) return this.#fault('id', '已有这个编号。');
    const row: SiteRow = { table, id, label: this.#label(cells, id), version: version(), row: cells, secrets: [] };
    this.site[table] = [...this.site[table], row];
    this.#changed(table, row, 'added', null, cells);
    return ok(table === 'person' ? { ...row, one_time_code: codeFor(id) } : row);
  }
  changeSiteRow(table: SiteTable, id: string, from: string, cells: Cells): Promise<Answer<SiteRow>> {
    const known = this.site[table].find((each) => each.id === id);
    if (!known) return no('not_found', '没有这一行。', { status: 404 });
    if (this.office.meanwhile) {
      this.office.meanwhile = false;
      const theirs = { ...known.row, name: `${String(known.row['name'] ?? '')}（新）` };
      this.#put({ ...known, row: theirs, version: version() }, theirs);
    }
    const current = this.site[table].find((each) => each.id === id) as SiteRow;
    if (current.version !== from) return no('changed_meanwhile', '有人刚改过这一行。', { current } as Partial<Problem>);
    const refused =
      this.#dangerous<SiteRow>() ?? this.#checked(table, table === 'rule' ? { ...current.row, ...cells } : cells);
    if (refused) return refused;
    const shown: Cells = {};
    for (const [key, cell] of Object.entries(cells))
      if (!['password', 'key', 'secret'].includes(key)) shown[key] = cell;
    const next = { ...current, row: { ...current.row, ...shown }, version: version() };
    next.label = this.#label(next.row, current.label);
    this.#put(next, next.row);
    this.#changed(table, next, 'changed', current.row, next.row);
    return ok(next);
  }
  removeSiteRow(table: SiteTable, id: string) {
    const row = this.site[table].find((each) => each.id === id);
    if (!row) return no<null>('not_found', '没有这一行。', { status: 404 });
    if (table === 'area' && this.site.lot.some((lot) => lot.row['area'] === id))
      return no<null>('still_used', '还有停车场在这个区域下，先移走它们。');
    this.site[table] = this.site[table].filter((each) => each.id !== id);
    this.#changed(table, row, 'removed', row.row, null);
    return ok(null);
  }
  /** Whatever stood in the way of taking an import back is gone. */
  letGo(): void {
    this.office.moved = false;
  }
  siteChanges(filter: ChangeFilter) {
    if (filter.import) {
      const of = this.changes.find((each) => each.id === filter.import);
      return ok<Page<SiteChange>>({ items: of ? this.#imported(of) : [] });
    }
    const items = this.changes.filter(
      (change) => (!filter.table || change.table === filter.table) && (!filter.id || change.row_id === filter.id),
    );
    return ok<Page<SiteChange>>({ items });
  }
  undoSiteChange(id: string): Promise<Answer<SiteChange>> {
    const change = this.changes.find((each) => each.id === id);
    if (!change) return no('not_found', '没有这项改动。', { status: 404 });
    if (this.office.moved && !change.table)
      return no('changed_meanwhile', '这次导入的 2 行后来又有改动（如「粤B12345」），不能整体撤销；请逐行修改。');
    const row = change.table && this.site[change.table].find((each) => each.id === change.row_id);
    if (row && change.before) this.#put({ ...row, row: change.before, version: version() }, change.before);
    else if (row) this.site[row.table] = this.site[row.table].filter((each) => each.id !== row.id);
    this.changes = this.changes.map((each) =>
      each.id === id ? { ...each, undoable: false, undone_by: this.me, undone_at: new Date().toISOString() } : each,
    );
    return ok(change);
  }
  #imported(of: SiteChange): SiteChange[] {
    const one = { id: of.id, table: 'pass' as const, by: of.by, at: of.at, undoable: false };
    const pass = { lot: 'caiyue', plates: ['粤B12345'], status: 'active', valid_to: '2026-12-31T15:59:59.999Z' };
    return [
      {
        ...one,
        row_id: 'p1',
        label: '粤B12345',
        kind: 'changed',
        before: { ...pass, status: 'suspended' },
        after: pass,
      },
      { ...one, row_id: 'p2', label: '粤B3K91Q', kind: 'added', after: { ...pass, plates: ['粤B3K91Q'] } },
    ];
  }
  testDevice(id: string, form: Cells | null) {
    const url = form ? form['url'] : this.site.device.find((each) => each.id === id)?.row['url'];
    const down = id === 'cam-N01' || String(url ?? '').includes('nowhere');
    return ok({
      checks: [
        {
          part: 'connection' as const,
          ok: !down,
          words: down ? '5 秒内没有回应' : '已连接',
          took_ms: down ? 5000 : 24,
        },
        { part: 'still' as const, ok: !down, words: down ? '没有图片' : '1920 × 1080', took_ms: 180 },
        { part: 'plate_camera' as const, ok: !down, words: down ? '没有识别' : '粤B12345', took_ms: 40 },
        { part: 'barrier' as const, ok: !down, words: down ? '状态未知' : '已关', took_ms: 31 },
      ],
      ...(down ? {} : { still: still(), plate: '粤B12345', barrier: 'closed' as const }),
    });
  }
  pairRobot() {
    return ok({ code: '482 917', expires_at: ago(-600) });
  }
  rotateSecret(id: string, step: SecretStep) {
    const row = this.site.integration.find((each) => each.id === id);
    if (row) row.secrets = step === 'begin' ? ['secret', 'next_secret'] : ['secret'];
    return ok(step === 'begin' ? { secret: 'whs_7fQ2m9TzfW4xKd81' } : {});
  }
  rotatePushKey(id: string, step: SecretStep) {
    const row = this.site.device.find((each) => each.id === id);
    const kept = row?.secrets?.filter((key) => key !== 'next_push_key') ?? [];
    if (row) row.secrets = step === 'begin' ? [...kept, 'next_push_key'] : kept;
    return ok(step === 'begin' ? { secret: '4f1c09d27be84a3690c5d1e2f7a8b693' } : {});
  }
  importSite(file: File, _table: SiteTable | null, preview: boolean): Promise<Answer<ImportResult>> {
    const bad = this.office.badRows || file.name.includes('bad');
    const faults: RowFault[] = bad
      ? [
          { row: 18, column: 'plates', words: '车牌“粤B12”不完整' },
          { row: 4021, column: 'valid_to', words: '早于 valid_from' },
          { row: 9980, column: 'lot', words: '没有停车场“caiyu”' },
        ]
      : [];
    const done = [0.2, 0.6, 1].map((part) => Math.round(part * 10_000));
    for (const at of done)
      this.listeners?.importTold({ progress: { phase: preview ? 'comparing' : 'writing', done: at, total: 10_000 } });
    if (!preview && faults.length === 0) this.#noteImport(10_000);
    return ok<ImportResult>({
      written: !preview && faults.length === 0,
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
    });
  }
  exportSite(format: string) {
    return ok({ path: `/home/demo/下载/站点-2026-11-22.${format}`, rows: 10_214 });
  }

  #noteImport(rows: number): void {
    const change: SiteChange = {
      id: `change-${++this.#count}`,
      row_id: '',
      label: `${rows} rows`,
      kind: 'imported',
      by: this.me,
      at: new Date().toISOString(),
      undoable: true,
    };
    this.changes = [change, ...this.changes];
  }
  #fault<T>(column: string, words: string): Promise<Answer<T>> {
    return no<T>('invalid', words, { status: 422, field: column, faults: [{ column, words }] } as Partial<Problem>);
  }
  #checked(table: SiteTable, cells: Cells): Promise<Answer<SiteRow>> | null {
    if ('name' in cells && String(cells['name'] ?? '').trim() === '') return this.#fault('name', '不能为空。');
    const places = this.site[table][0]?.row['places'];
    if (table === 'template' || table === 'link')
      for (const [column, cell] of Object.entries(cells)) {
        const unknown = /\{([^}]*)\}/u.exec(String(cell ?? ''))?.[1];
        if (unknown !== undefined && Array.isArray(places) && !['amount', ...places].includes(unknown))
          return this.#fault(column, `这里没有 {${unknown}} 可填。`);
      }
    if (table === 'link' && !String(cells['url'] ?? '').startsWith('https://'))
      return this.#fault('url', '须以 https:// 开头。');
    if (table === 'rule') {
      const [value, min, max] = ['value', 'min', 'max'].map((key) => Number(cells[key]));
      if (min !== undefined && max !== undefined && value !== undefined && (value < min || value > max))
        return this.#fault('value', `允许 ${min} 到 ${max}。`);
    }
    return null;
  }
  #label(cells: Cells, id: string): string {
    const plates: Cell | null | undefined = cells['plates'];
    return String(cells['name'] ?? cells['text'] ?? (Array.isArray(plates) ? plates[0] : null) ?? cells['plate'] ?? id);
  }
  #put(next: SiteRow, cells: Cells): void {
    this.site[next.table] = this.site[next.table].map((each) => (each.id === next.id ? { ...next, row: cells } : each));
  }
  #changed(table: SiteTable, row: SiteRow, kind: SiteChange['kind'], before: Cells | null, after: Cells | null): void {
    const change: SiteChange = {
      id: `change-${++this.#count}`,
      table,
      row_id: row.id,
      label: row.label,
      kind,
      by: this.changes.length === 2 ? other : this.me,
      at: new Date().toISOString(),
      before,
      after,
      undoable: kind !== 'removed',
    };
    this.changes = [change, ...this.changes];
  }
}
