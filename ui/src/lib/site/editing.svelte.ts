import type { Backend, Cell, Cells, OneTimeCode, Problem, SiteRow, SiteTable } from '$lib/backend';
import { faultOf, restOf } from '$lib/ui/faults';
import { blank, columns, same, type Column } from './schema';

/** One row in its form. Whatever the hub says against it, what was typed stays. */
export class Editing {
  readonly table: SiteTable;
  /** The row as it was read; null: a new one. */
  base = $state.raw<SiteRow | null>(null);
  cells = $state<Cells>({});
  problem = $state<Problem | null>(null);
  busy = $state(false);
  /** Somebody saved this row meanwhile: as it is now. */
  theirs = $state.raw<SiteRow | null>(null);
  /** With what a new person sets their password, told this once. */
  code = $state.raw<OneTimeCode | null>(null);
  /** Secrets that were touched. Untouched ones stay on the hub. */
  secrets = $state<Record<string, string | null>>({});
  #backend: Backend;

  constructor(backend: Backend, table: SiteTable, row: SiteRow | null) {
    this.#backend = backend;
    this.table = table;
    this.base = row;
    this.cells = row ? { ...row.row } : blank(table);
  }

  get columns(): readonly Column[] {
    return columns[this.table];
  }

  get dirty(): boolean {
    const before = this.base?.row ?? blank(this.table);
    return (
      Object.keys(this.secrets).length > 0 || Object.keys(this.cells).some((key) => !same(this.cells[key], before[key]))
    );
  }

  get missing(): Column[] {
    return this.columns.filter((column) => {
      if (!column.required) return false;
      if (column.kind === 'secret') return !this.base && !this.secrets[column.key];
      const cell = this.cells[column.key];
      return cell === undefined || cell === null || cell === '' || (Array.isArray(cell) && cell.length === 0);
    });
  }

  /** The hub's words against one field. */
  fault(key: string): string | null {
    return faultOf(this.problem, key);
  }

  /** What no field of the form can show. */
  get general(): string | null {
    if (this.problem?.code === 'changed_meanwhile') return null;
    return restOf(
      this.problem,
      this.columns.map((column) => column.key),
    );
  }

  /** Fields that both changed, or only they did: before, mine, theirs. */
  get clashes(): { column: Column; mine: Cell | null; theirs: Cell | null }[] {
    const now = this.theirs;
    if (!now) return [];
    return this.columns
      .filter((column) => column.kind !== 'secret' && !same(this.cells[column.key], now.row[column.key]))
      .map((column) => ({
        column,
        mine: this.cells[column.key] ?? null,
        theirs: now.row[column.key] ?? null,
      }));
  }

  set(key: string, cell: Cell | null): void {
    this.cells = { ...this.cells, [key]: cell };
  }

  /** Null takes it away; undefined leaves it as it is. */
  secret(key: string, text: string | null | undefined): void {
    const others = Object.entries(this.secrets).filter(([name]) => name !== key);
    const set = text === undefined || text === '' ? [] : [[key, text]];
    this.secrets = Object.fromEntries([...others, ...set]);
  }

  /** True where the row was saved. */
  async save(): Promise<SiteRow | null> {
    if (this.busy || this.missing.length > 0) return null;
    this.busy = true;
    this.problem = null;
    const row = this.#wanted();
    const answer = this.base
      ? await this.#backend.changeSiteRow(this.table, this.base.id, (this.theirs ?? this.base).version, row)
      : await this.#backend.addSiteRow(this.table, row);
    this.busy = false;
    if (!answer.ok) {
      this.problem = answer.problem;
      const now = answer.problem.code === 'changed_meanwhile' ? answer.problem.current : null;
      if (now) this.#meet(now);
      return null;
    }
    this.theirs = null;
    this.secrets = {};
    this.code = answer.data.one_time_code ?? null;
    this.base = answer.data;
    this.cells = { ...answer.data.row };
    return answer.data;
  }

  async remove(): Promise<boolean> {
    if (!this.base || this.busy) return false;
    this.busy = true;
    const answer = await this.#backend.removeSiteRow(this.table, this.base.id, (this.theirs ?? this.base).version);
    this.busy = false;
    if (answer.ok) return true;
    this.problem = answer.problem;
    const now = answer.problem.code === 'changed_meanwhile' ? answer.problem.current : null;
    if (now) this.#meet(now);
    return false;
  }

  /** What only they changed is taken from them; what this person changed stays until they choose. */
  #meet(now: SiteRow): void {
    const before = this.base?.row ?? {};
    const cells = { ...this.cells };
    for (const column of this.columns)
      if (same(cells[column.key], before[column.key])) cells[column.key] = now.row[column.key] ?? null;
    this.cells = cells;
    this.theirs = now;
  }

  /** The row as the form has it. A secret nobody typed is left out: the hub keeps the one it has. */
  get form(): Cells {
    return this.#wanted();
  }

  #wanted(): Cells {
    const row: Cells = {};
    for (const { key, kind } of this.columns) {
      if (kind === 'told') continue;
      if (kind === 'secret') {
        if (key in this.secrets) row[key] = this.secrets[key] ?? null;
      } else if (this.cells[key] !== undefined) row[key] = this.cells[key] === '' ? null : (this.cells[key] ?? null);
    }
    if (this.table === 'rule') return { value: row['value'] ?? null };
    return row;
  }
}
