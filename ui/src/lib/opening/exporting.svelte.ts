import type { Backend, ExportDone, ExportFormat, ExportProgress, OpeningFilter, Problem } from '$lib/backend';

/** Writing the filtered openings to a file: how far it is, where it went, and a way to stop it. */
export class Exporting {
  running = $state<ExportFormat | null>(null);
  progress = $state.raw<ExportProgress | null>(null);
  /** Rows there are, as counted; the bar's whole. Null where nobody counted. */
  whole = $state<number | null>(null);
  done = $state.raw<ExportDone | null>(null);
  stopped = $state(false);
  problem = $state<Problem | null>(null);

  #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** 0 to 1; null while the whole is not known. */
  get share(): number | null {
    const rows = this.progress?.rows;
    if (!this.whole || (this.progress && rows == null)) return null;
    return Math.min(1, (rows ?? 0) / this.whole);
  }

  async start(filter: OpeningFilter, format: ExportFormat, whole: number | null): Promise<void> {
    if (this.running) return;
    this.forget();
    this.running = format;
    this.whole = whole;
    const answer = await this.#backend.exportOpenings(filter, format);
    this.running = null;
    if (this.stopped) return;
    if (answer.ok && !answer.data) this.stopped = true;
    else if (answer.ok) this.done = answer.data;
    else this.problem = answer.problem;
  }

  async stop(): Promise<void> {
    if (!this.running) return;
    this.stopped = true;
    await this.#backend.cancelExport();
  }

  hear(progress: ExportProgress): void {
    if (this.running) this.progress = progress;
  }

  forget(): void {
    this.done = null;
    this.stopped = false;
    this.problem = null;
    this.progress = null;
    this.whole = null;
  }
}
