import { waitFor } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import type { Opening } from '$lib/backend';
import { openingAt } from '$lib/backend/memory/rows';
import { PAGE, Pages } from './pages.svelte';

/** A hub with so many rows; its cursor is a place. */
function hub(rows: number) {
  return vi.fn((cursor: string | null) => {
    const from = Number(cursor ?? 0);
    const items = Array.from({ length: Math.min(PAGE, rows - from) }, (_, at) => openingAt(from + at));
    const next = from + PAGE < rows ? { next: String(from + PAGE) } : {};
    return Promise.resolve({ ok: true as const, data: { items, ...next } });
  });
}

describe('reading openings page by page', () => {
  it('follows the cursor as one scrolls, and stops at the last page', async () => {
    const read = hub(PAGE * 2 + 5);
    const pages = new Pages(read);
    await pages.restart();
    expect(pages.count).toBe(PAGE);
    await pages.more();
    await pages.more();
    expect(pages.count).toBe(PAGE * 2 + 5);
    expect(pages.whole).toBe(true);
    await pages.more();
    expect(read).toHaveBeenCalledTimes(3);
    expect(pages.row(PAGE + 3)?.id).toBe(`op-${PAGE + 3}`);
  });

  it('keeps memory flat: far pages go, and come back by their cursor', async () => {
    const read = hub(PAGE * 40);
    const pages = new Pages(read);
    await pages.restart();
    while (!pages.whole) await pages.more();
    pages.near(PAGE * 38, PAGE * 38 + 20);
    expect(pages.row(PAGE * 2)).toBeNull();
    expect(pages.row(PAGE * 38)?.id).toBe(`op-${PAGE * 38}`);
    pages.near(PAGE * 2, PAGE * 2 + 20);
    await waitFor(() => expect(pages.row(PAGE * 2)?.id).toBe(`op-${PAGE * 2}`));
    expect(pages.count).toBe(PAGE * 40);
  });

  it('puts a new opening on top and replaces a completed one in place', async () => {
    const pages = new Pages(hub(PAGE + 5));
    await pages.restart();
    const fresh: Opening = { ...openingAt(0), id: 'op-new', result: 'accepted' };
    pages.put(fresh, true);
    expect(pages.row(0)?.id).toBe('op-new');
    expect(pages.row(1)?.id).toBe('op-0');
    await pages.more();
    expect(pages.row(PAGE + 1)?.id).toBe(`op-${PAGE}`);
    pages.put({ ...fresh, result: 'opened' }, true);
    expect(pages.row(0)?.result).toBe('opened');
    expect(pages.count).toBe(PAGE + 6);
  });

  it('does not show what the filter leaves out', async () => {
    const pages = new Pages(hub(3));
    await pages.restart();
    pages.put({ ...openingAt(0), id: 'op-other' }, false);
    expect(pages.count).toBe(3);
  });

  it('forgets a page that was asked for under another filter', async () => {
    let release: (() => void) | undefined;
    const slow = new Promise<void>((done) => (release = done));
    const read = hub(PAGE * 3);
    const pages = new Pages(async (cursor) => {
      if (cursor) await slow;
      return read(cursor);
    });
    await pages.restart();
    const late = pages.more();
    await pages.restart();
    release?.();
    await late;
    expect(pages.count).toBe(PAGE);
  });
});
