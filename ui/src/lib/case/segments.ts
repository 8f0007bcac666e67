/** A plate typed by segments: province, letter, rest. Eight cells; the last is for new energy. */
import { listed } from '$lib/messages/words.svelte';
import { bare } from '$lib/ui/plate';

export const CELLS = 8;
/** 31 provinces in the order people know from plates. */
export const PROVINCES = [...'粤京沪津渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵青藏川宁琼'];
/** What else can stand in a plate: embassy, police, trainer and so on. */
export const SPECIAL = [...'使领警学挂港澳临'];

export type Cells = readonly string[];
export interface Typed {
  cells: Cells;
  /** The cell that takes the next character. */
  focus: number;
}

export function toCells(plate: string | null | undefined): Cells {
  const chars = [...bare(plate ?? '')].slice(0, CELLS);
  return Array.from({ length: CELLS }, (_, at) => chars[at] ?? '');
}

export function fromCells(cells: Cells): string {
  return cells.join('');
}

/** One or several characters (a paste, an input method's word) laid in from `at` on. */
export function put(cells: Cells, at: number, text: string): Typed {
  const chars = [...bare(text)];
  // A whole plate pasted anywhere replaces what is there.
  const whole = chars.length >= 6;
  const from = whole ? 0 : at;
  const next = whole ? Array.from({ length: CELLS }, () => '') : [...cells];
  chars.forEach((char, step) => {
    if (from + step < CELLS) next[from + step] = char;
  });
  return { cells: next, focus: Math.min(from + chars.length, CELLS - 1) };
}

/** Backspace: empties this cell, or the one before if this is empty already. */
export function erase(cells: Cells, at: number): Typed {
  const next = [...cells];
  if (next[at] || at === 0) {
    next[at] = '';
    return { cells: next, focus: at };
  }
  next[at - 1] = '';
  return { cells: next, focus: at - 1 };
}

/** Cells whose character differs from what the camera read. */
export function changedAt(cells: Cells, read: string | null | undefined): number[] {
  const before = toCells(read);
  return cells.flatMap((char, at) => (read && char !== before[at] && (char || before[at]) ? [at] : []));
}

/** The positions of doubt in words: 「第 4 位」 is index 3. */
export function places(doubtful: readonly number[]): string {
  return listed(doubtful.map((at) => at + 1));
}
