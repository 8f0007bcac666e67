import { describe, expect, it } from 'vitest';
import { MemoryBackend } from '$lib/backend/memory/memory';
import { DraftKeeper, STALE_MS } from './draft.svelte';

describe('half-typed work', () => {
  const setUp = () => {
    const clock = { now: 1_000_000 };
    const backend = new MemoryBackend();
    return { clock, backend, drafts: new DraftKeeper(backend, () => clock.now) };
  };

  it('outlives a lost lease, and keeps plate and note together', async () => {
    const { backend, drafts } = setUp();
    drafts.keep('E02', { plate: '粤B12345' });
    drafts.keep('E02', { note: '司机说卡没带' });
    drafts.flush();
    const after = new DraftKeeper(backend, () => 1_000_500);
    expect(await after.find('E02')).toMatchObject({ plate: '粤B12345', note: '司机说卡没带' });
  });

  it('is not laid over another lane', async () => {
    const { drafts } = setUp();
    drafts.keep('E02', { plate: '粤B12345' });
    drafts.flush();
    expect(await drafts.find('W01')).toBeNull();
  });

  it('is about a vehicle that is gone after half an hour', async () => {
    const { clock, drafts } = setUp();
    drafts.keep('E02', { plate: '粤B12345' });
    drafts.flush();
    clock.now += STALE_MS + 1;
    expect(await drafts.find('E02')).toBeNull();
  });

  it('is dropped once saved', async () => {
    const { drafts } = setUp();
    drafts.keep('E02', { plate: '粤B12345' });
    drafts.flush();
    await drafts.drop('E02');
    expect(await drafts.find('E02')).toBeNull();
  });

  it('survives a broken body', async () => {
    const { backend, drafts } = setUp();
    backend.drafts.set(DraftKeeper.key('E02'), '{');
    expect(await drafts.find('E02')).toBeNull();
  });
});
