import type { Backend, ImportProgress, ImportResult, Problem, SiteTable } from '$lib/backend';

/** A file taken in: chosen, looked at, written whole or not at all (R34). */
export class Importing {
  file = $state.raw<File | null>(null);
  table = $state<SiteTable>('pass');
  progress = $state.raw<ImportProgress | null>(null);
  busy = $state(false);
  /** What it would change. */
  preview = $state.raw<ImportResult | null>(null);
  /** What it changed. */
  written = $state.raw<ImportResult | null>(null);
  problem = $state<Problem | null>(null);
  #backend: Backend;
  #run = 0;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** A site file names its tables itself; a sheet has to be told. */
  get sheet(): boolean {
    return this.file !== null && !/\.toml$/i.test(this.file.name);
  }

  get ready(): boolean {
    return this.preview !== null && this.preview.faults.length === 0 && this.preview.added + this.preview.changed > 0;
  }

  /** 0 to 1; null while rows are not counted. */
  get share(): number | null {
    const { total = 0, done = 0 } = this.progress ?? {};
    return total > 0 ? Math.min(1, done / total) : null;
  }

  choose(file: File | null): void {
    if (!file) return;
    this.clear();
    this.file = file;
    void this.look();
  }

  pick(table: SiteTable): void {
    this.table = table;
    if (this.file && this.sheet) void this.look();
  }

  async look(): Promise<void> {
    this.preview = null;
    this.written = null;
    this.preview = await this.#send(true);
  }

  async write(): Promise<void> {
    if (!this.ready) return;
    const result = await this.#send(false);
    if (!result) return;
    if (result.written) {
      this.written = result;
      this.preview = null;
    } else this.preview = result;
  }

  hear(progress: ImportProgress): void {
    if (this.busy) this.progress = progress;
  }

  clear(): void {
    this.#run += 1;
    this.file = null;
    this.preview = null;
    this.written = null;
    this.problem = null;
    this.progress = null;
    this.busy = false;
  }

  async #send(preview: boolean): Promise<ImportResult | null> {
    const file = this.file;
    if (!file) return null;
    const run = ++this.#run;
    this.busy = true;
    this.problem = null;
    this.progress = null;
    const answer = await this.#backend.importSite(file, this.sheet ? this.table : null, preview);
    if (run !== this.#run) return null;
    this.busy = false;
    if (answer.ok) return answer.data;
    // A file with bad rows is refused as a whole, with every row named: that is a preview like any other.
    const faults = answer.problem.faults ?? [];
    if (faults.length > 0)
      return { written: false, rows: 0, added: 0, changed: 0, same: 0, faults, sample: [], notes: [] };
    this.problem = answer.problem;
    return null;
  }
}
