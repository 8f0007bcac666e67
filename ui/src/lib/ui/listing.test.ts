import { describe, expect, it } from 'vitest';
import { ok } from '$lib/backend/memory/rooms';
import { Listing } from './listing.svelte';

describe('a list read page by page', () => {
  it('shows a row once that was told on top and stands on the next page too', async () => {
    const first = { items: [{ id: 'a' }, { id: 'b' }], next: 'b' };
    const second = { items: [{ id: 'c' }, { id: 'd' }], next: null };
    const list = new Listing<{ id: string }>((cursor) => ok(cursor ? second : first));
    await list.load();
    list.put({ id: 'd' });
    await list.more();
    expect(list.items.map((row) => row.id)).toEqual(['d', 'a', 'b', 'c']);
  });
});
