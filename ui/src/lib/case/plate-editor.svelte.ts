import type { Backend, PlateCheck } from '$lib/backend';
import { changedAt, erase, fromCells, put, toCells, type Cells } from './segments';

const PAUSE_MS = 120;

/** The plate being typed: cells, where the next character goes, and what the rules say of it. */
export class PlateEditor {
  cells = $state.raw<Cells>(toCells(''));
  focus = $state(0);
  check = $state.raw<PlateCheck | null>(null);
  /** Whether the person typed something that is not saved yet. */
  dirty = $state(false);

  #backend: Backend;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  get text(): string {
    return fromCells(this.cells);
  }

  /** Odd plates warn and still save. */
  get odd(): boolean {
    return this.dirty && this.text.length >= 5 && this.check?.odd === true;
  }

  /** What the hub holds now; typed work is not overwritten. */
  show(plate: string | null | undefined): void {
    if (this.dirty) return;
    this.cells = toCells(plate);
    this.check = null;
  }

  put(at: number, text: string): void {
    const typed = put(this.cells, at, text);
    this.#set(typed.cells, typed.focus);
  }

  erase(at: number): void {
    const typed = erase(this.cells, at);
    this.#set(typed.cells, typed.focus);
  }

  restore(plate: string): void {
    this.#set(toCells(plate), Math.max(0, Math.min([...plate].length, 7)));
  }

  /** Saved, or given up: what the hub holds shows again. */
  settle(plate: string | null | undefined): void {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.dirty = false;
    this.show(plate);
  }

  changed(read: string | null | undefined): number[] {
    return changedAt(this.cells, read);
  }

  #set(cells: Cells, focus: number): void {
    this.cells = cells;
    this.focus = focus;
    this.dirty = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), PAUSE_MS);
  }

  async #look(): Promise<void> {
    const asked = ++this.#asked;
    const { text } = this;
    const answer = await this.#backend.checkPlate(text);
    if (asked === this.#asked && text === this.text) this.check = answer.ok ? answer.data : null;
  }
}
