import { describe, expect, it } from 'vitest';
import { MemoryBackend } from '$lib/test/desk';
import { DraftKeeper, STALE_MS } from './draft.svelte';

const of = (lane: string, id = 'c1', read: string | null = '粤B1Z345') => ({ lane, case: id, read });

describe('half-typed work', () => {
  const setUp = () => {
    const clock = { now: 1_000_000 };
    const backend = new MemoryBackend();
    return { clock, backend, drafts: new DraftKeeper(backend, () => clock.now) };
  };

  it('outlives a lost lease, and keeps plate and note together', async () => {
    const { backend, drafts } = setUp();
    drafts.keep(of('E02'), { plate: '粤B12345' });
    drafts.keep(of('E02'), { note: '司机说卡没带' });
    drafts.flush();
    const after = new DraftKeeper(backend, () => 1_000_500);
    expect(await after.find(of('E02'))).toMatchObject({ plate: '粤B12345', note: '司机说卡没带' });
  });

  it('is not laid over another lane', async () => {
    const { drafts } = setUp();
    drafts.keep(of('E02'), { plate: '粤B12345' });
    drafts.flush();
    expect(await drafts.find(of('W01'))).toBeNull();
  });

  it('is about a vehicle that is gone after half an hour', async () => {
    const { clock, drafts } = setUp();
    drafts.keep(of('E02'), { plate: '粤B12345' });
    drafts.flush();
    clock.now += STALE_MS + 1;
    expect(await drafts.find(of('E02'))).toBeNull();
  });

  it('is dropped once saved', async () => {
    const { drafts } = setUp();
    drafts.keep(of('E02'), { plate: '粤B12345' });
    drafts.flush();
    await drafts.drop(of('E02'));
    expect(await drafts.find(of('E02'))).toBeNull();
  });

  it("goes on in the new case while the same vehicle stands there, and not in the next one's", async () => {
    const { drafts } = setUp();
    drafts.keep(of('E02'), { plate: '粤B12345' });
    drafts.flush();
    expect(await drafts.find(of('E02', 'c2'))).toMatchObject({ plate: '粤B12345' });
    expect(await drafts.find(of('E02', 'c2', '粤B8K2P1'))).toBeNull();
  });

  it('is not dropped for the answer of another case', async () => {
    const { drafts } = setUp();
    drafts.keep(of('W01', 'c2'), { note: '等主管' });
    await drafts.drop(of('E02', 'c1'));
    drafts.flush();
    expect(await drafts.find(of('W01', 'c2'))).toMatchObject({ note: '等主管' });
    await drafts.drop(of('W01', 'c1', '粤B8K2P1'));
    expect(await drafts.find(of('W01', 'c2'))).toMatchObject({ note: '等主管' });
  });

  it('survives a broken body', async () => {
    const { backend, drafts } = setUp();
    backend.drafts.set(DraftKeeper.key('E02'), '{');
    expect(await drafts.find(of('E02'))).toBeNull();
  });
});
