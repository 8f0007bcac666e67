import type {
  Backend,
  Cell,
  ExportDone,
  PendingChange,
  PendingWord,
  Problem,
  SiteChange,
  SiteFormat,
  SiteRow,
  SiteTable,
} from '$lib/backend';
import { Listing } from '$lib/ui/listing.svelte';
import { Editing } from './editing.svelte';
import { Importing } from './importing.svelte';
import { byLot, columns } from './schema';

export type SitePart = SiteTable | 'change' | 'import';
/** Rows asked for at a time; a choice among more is typed, not scrolled. */
const PAGE = 200;
const PAUSE_MS = 250;

/** The settings page: one table at a time, the row that is open, what was changed, files in and out (R34). */
export class Sites {
  part = $state<SitePart>('lot');
  /** On a phone the list of parts and the part are two views. */
  inside = $state(false);
  q = $state('');
  lot = $state('');
  editing = $state.raw<Editing | null>(null);
  /** Names of areas, lots, devices and robots, to show and to choose from. */
  choices = $state.raw<Partial<Record<SiteTable, SiteRow[]>>>({});
  undoing = $state(false);
  /** What weakens a rule of control and waits for a second administrator. */
  pending = $state.raw<PendingChange[]>([]);
  answering = $state(false);
  /** What an answer or an undo was refused for: it stands though the list of changes is read anew. */
  refused = $state<Problem | null>(null);
  problem = $state<Problem | null>(null);
  exporting = $state(false);
  done = $state.raw<ExportDone | null>(null);
  readonly rows: Listing<SiteRow>;
  readonly changes: Listing<SiteChange>;
  /** The import whose rows are looked at, and they. */
  looked = $state.raw<SiteChange | null>(null);
  readonly imported: Listing<SiteChange>;
  readonly importing: Importing;
  #backend: Backend;
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(backend: Backend) {
    this.#backend = backend;
    this.importing = new Importing(backend);
    this.rows = new Listing((cursor) =>
      backend.siteRows(this.table ?? 'lot', {
        limit: PAGE,
        ...(this.q.trim() && this.table !== 'rule' ? { q: this.q.trim() } : {}),
        ...(this.lot && this.table && byLot.has(this.table) ? { lot: this.lot } : {}),
        ...(cursor ? { cursor } : {}),
      }),
    );
    this.changes = new Listing((cursor) => backend.siteChanges(cursor ? { cursor } : {}));
    this.imported = new Listing(async (cursor) => {
      const filter = { import: this.looked?.id ?? '', ...(cursor ? { cursor } : {}) };
      const answer = await backend.siteChanges(filter);
      if (!answer.ok) return answer;
      // All of them are of one change; a list wants each row to be its own.
      const items = answer.data.items.map((row) => ({ ...row, id: `${row.table ?? ''}/${row.row_id}` }));
      return { ok: true, data: { ...answer.data, items } };
    });
  }

  get table(): SiteTable | null {
    return this.part === 'change' || this.part === 'import' ? null : this.part;
  }

  enter(): void {
    void this.open(this.part, this.inside);
  }

  async open(part: SitePart, inside = true): Promise<void> {
    const turned = part !== this.part;
    this.part = part;
    this.inside = inside;
    this.problem = null;
    this.refused = null;
    this.done = null;
    if (turned) {
      this.q = '';
      this.rows.items = [];
      this.rows.loaded = false;
    }
    if (part === 'change') return this.#loadChanges();
    if (part === 'import') return;
    await Promise.all([this.rows.load(), this.loadChoices(part)]);
  }

  search(q: string): void {
    this.q = q;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.rows.load(), PAUSE_MS);
  }

  pickLot(lot: string): void {
    this.lot = lot;
    void this.rows.load();
  }

  /** What the fields of this table choose from. */
  async loadChoices(table: SiteTable): Promise<void> {
    const named = columns[table].flatMap((column) => (column.of ? [column.of] : []));
    if (byLot.has(table)) named.push('lot');
    const wanted = named.filter((of, at) => named.indexOf(of) === at);
    await Promise.all(
      wanted.map(async (of) => {
        const answer = await this.#backend.siteRows(of, { limit: 500 });
        if (answer.ok) this.choices = { ...this.choices, [of]: answer.data.items };
      }),
    );
  }

  /** What people call a row that another one names. */
  nameOf(table: SiteTable | undefined, id: Cell | null | undefined): string {
    if (typeof id !== 'string') return '';
    return (table && this.choices[table]?.find((row) => row.id === id)?.label) || id;
  }

  edit(row: SiteRow | null): void {
    this.#asked += 1;
    if (this.table) this.editing = new Editing(this.#backend, this.table, row);
  }

  /** A row named from elsewhere: a device of the board, a change of the list. */
  async editById(table: SiteTable, id: string): Promise<void> {
    const asked = ++this.#asked;
    if (this.part !== table) await this.open(table);
    const answer = await this.#backend.siteRow(table, id);
    // Another row was opened meanwhile, or another table.
    if (asked !== this.#asked || this.part !== table) return;
    if (answer.ok) this.editing = new Editing(this.#backend, table, answer.data);
    else this.problem = answer.problem;
  }

  async save(): Promise<void> {
    const editing = this.editing;
    const saved = await editing?.save();
    if (!editing || !saved) return;
    this.rows.put(saved);
    void this.rows.load();
    // A code told once stays in sight until it was put away.
    if (!editing.code && this.editing === editing) this.editing = null;
  }

  async remove(): Promise<void> {
    const editing = this.editing;
    if (!(await editing?.remove())) return;
    if (this.editing === editing) this.editing = null;
    await this.rows.load();
  }

  shut(): void {
    this.editing = null;
  }

  /** What an import did, row by row; a second time puts it away. */
  look(change: SiteChange): void {
    this.looked = this.looked?.id === change.id ? null : change;
    this.imported.items = [];
    this.imported.loaded = false;
    this.imported.next = null;
    if (this.looked) void this.imported.load();
  }

  async #loadChanges(): Promise<void> {
    const [waiting] = await Promise.all([this.#backend.pendingChanges(), this.changes.load()]);
    this.pending = waiting.ok ? waiting.data : [];
  }

  /** Confirms what weakens a rule of control, or refuses it. */
  async answer(asked: PendingChange, word: PendingWord): Promise<void> {
    if (this.answering) return;
    this.answering = true;
    this.refused = null;
    const answer = await this.#backend.answerPending(asked.id, word);
    this.answering = false;
    if (!answer.ok) this.refused = answer.problem;
    await this.#loadChanges();
  }

  async undo(change: SiteChange): Promise<void> {
    if (this.undoing) return;
    this.undoing = true;
    this.refused = null;
    const answer = await this.#backend.undoSiteChange(change.id);
    this.undoing = false;
    if (!answer.ok) this.refused = answer.problem;
    this.looked = null;
    // Refused, too: what stood in the way is on the list.
    await this.changes.load();
  }

  async export(format: SiteFormat, table: SiteTable | null): Promise<void> {
    if (this.exporting) return;
    this.exporting = true;
    this.problem = null;
    this.done = null;
    const answer = await this.#backend.exportSite(format, table);
    this.exporting = false;
    if (answer.ok) this.done = answer.data;
    else this.problem = answer.problem;
  }

  forget(): void {
    this.editing = null;
    this.inside = false;
    this.choices = {};
    this.looked = null;
    this.rows.items = [];
    this.importing.clear();
  }
}
