import { waitFor } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import { MemoryBackend, type Script } from '$lib/test/desk';
import { Evidence } from './evidence.svelte';

async function setUp(script: Script = {}) {
  const backend = new MemoryBackend(script);
  const evidence = new Evidence(backend);
  await backend.listen({
    hubTold: () => undefined,
    connectionChanged: () => undefined,
    laneFree: () => undefined,
    evidenceChanged: (changed) => evidence.hear(changed),
    previewEnded: (ended) => evidence.ended(ended),
    exportProgress: () => undefined,
    importTold: () => undefined,
    sessionEnded: () => undefined,
  });
  await evidence.load('case-1');
  return { backend, evidence };
}

describe('ID photos (R23, R24)', () => {
  it('count while they wait, and may go with the release once the hub has them', async () => {
    const { evidence } = await setUp();
    await evidence.takeOwn();
    expect(evidence.waiting).toBe(1);
    expect(evidence.sent).toEqual([]);
    await waitFor(() => expect(evidence.sent).toHaveLength(1));
    expect(evidence.waiting).toBe(0);
  });

  it('refused by the hub are shown with its words and do not count', async () => {
    const { evidence } = await setUp({ badPhotos: true });
    await evidence.takeOwn();
    await waitFor(() => expect(evidence.photos[0]?.state).toBe('refused'));
    expect(evidence.kept).toEqual([]);
    expect(evidence.photos[0]?.problem?.detail).toBe('照片无法识别，请重新拍摄。');
  });

  it('are taken one at a time, however often the shutter is pressed', async () => {
    const { evidence } = await setUp();
    await Promise.all([evidence.takeOwn(), evidence.takeOwn(), evidence.takeLane()]);
    expect(evidence.photos).toHaveLength(1);
  });

  it('stay with their case', async () => {
    const { backend, evidence } = await setUp();
    await evidence.takeOwn();
    backend.photos = [];
    await evidence.load('case-2');
    expect(evidence.photos).toEqual([]);
    const late = { id: 'p', state: 'sent' as const, taken_at: new Date().toISOString(), thumb: '' };
    evidence.hear({ case: 'case-1', photo: late });
    expect(evidence.photos).toEqual([]);
  });

  it('free their place when taken anew', async () => {
    const { evidence } = await setUp();
    await evidence.takeOwn();
    const [photo] = evidence.photos;
    await evidence.drop(photo?.id ?? '');
    expect(evidence.photos).toEqual([]);
  });

  it('come from the system camera alone on phone and tablet', async () => {
    const { backend, evidence } = await setUp({ mobile: true });
    const start = vi.spyOn(backend, 'startPreview');
    await evidence.start();
    expect(start).not.toHaveBeenCalled();
    await evidence.add(new Blob([new Uint8Array([255, 216])]));
    expect(evidence.photos).toHaveLength(1);
  });

  it('say that there is no camera, and that one was unplugged', async () => {
    const { evidence } = await setUp({ noCamera: true });
    await evidence.start();
    expect(evidence.live).toBe('failed');
    const other = await setUp();
    await other.evidence.start();
    const detail = '摄像头已被拔出。';
    other.evidence.ended({ problem: { type: '', title: '', status: 0, detail, code: 'desk_fault' } });
    expect(other.evidence.live).toBe('failed');
    expect(other.evidence.problem?.detail).toBe(detail);
  });

  it('let the camera go when the sheet is away', async () => {
    const { backend, evidence } = await setUp();
    const stop = vi.spyOn(backend, 'stopPreview');
    await evidence.start();
    await evidence.stop();
    expect(stop).toHaveBeenCalledTimes(1);
    expect(evidence.live).toBe('off');
  });
});
