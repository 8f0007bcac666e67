import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Backend, LiveNews } from '$lib/backend';
import { FramePainter, type Frame } from '$lib/evidence/painter';
import { Live } from './live.svelte';

interface Line {
  camera: string;
  heard: (news: LiveNews) => void;
  taken: ReturnType<typeof vi.fn>;
  stop: ReturnType<typeof vi.fn>;
}

function begin() {
  const lines: Line[] = [];
  const backend = {
    startLive: (_lane: string, camera: string, heard: (news: LiveNews) => void) => {
      const line = { camera, heard, taken: vi.fn(), stop: vi.fn() };
      lines.push(line);
      return Promise.resolve({ ok: true, data: line });
    },
  } as unknown as Backend;
  const decode = () => Promise.resolve({ naturalWidth: 4, naturalHeight: 3 } as Frame);
  const live = new Live(backend, new FramePainter(decode));
  live.look('E02', ['env1', 'env2']);
  const last = () => lines.at(-1) as Line;
  return { live, lines, last };
}
const settle = () => vi.advanceTimersByTimeAsync(0);
const jpeg = () => new ArrayBuffer(4);
const format = { kind: 'jpeg' as const, mime: 'image/jpeg', width: 0, height: 0 };

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue({ drawImage: vi.fn() } as never);
});

describe('the live picture', () => {
  it('stands in with stills until it is shown, and ends with its switch', async () => {
    const { live, last } = begin();
    live.turn(true);
    await settle();
    expect([live.stage, live.still]).toEqual(['starting', true]);
    const host = document.createElement('div');
    live.screen(host);
    last().heard({ type: 'state', state: 'playing', format });
    expect(live.still).toBe(true);
    last().heard(jpeg());
    await settle();
    expect([live.shown, live.still]).toEqual([true, false]);
    expect(last().taken).toHaveBeenCalled();
    live.turn(false);
    expect(last().stop).toHaveBeenCalled();
    expect([live.stage, live.still]).toEqual(['off', false]);
  });

  it('tells what the hub says, and that it is tried again', async () => {
    const { live, last } = begin();
    live.turn(true);
    await settle();
    last().heard({ type: 'state', state: 'failed', why: 'codec', detail: 'H.265' });
    expect([live.stage, live.why, live.detail, live.still]).toEqual(['failed', 'codec', 'H.265', true]);
    last().heard({ type: 'state', state: 'playing', format });
    expect([live.stage, live.why, live.detail]).toEqual(['playing', null, null]);
  });

  it('belongs to one lane and one camera', async () => {
    const { live, lines, last } = begin();
    live.turn(true);
    await settle();
    live.choose('env2');
    await settle();
    expect(lines.map((line) => line.camera)).toEqual(['env1', 'env2']);
    expect(lines[0]?.stop).toHaveBeenCalled();
    lines[0]?.heard({ type: 'state', state: 'failed', why: 'silent' });
    expect(live.stage).toBe('starting');
    live.look('W01', ['env3']);
    expect(last().stop).toHaveBeenCalled();
    expect([live.on, live.camera]).toEqual([false, 'env3']);
  });

  it('stops a line that came too late', async () => {
    const { live, last } = begin();
    live.turn(true);
    live.turn(false);
    await settle();
    expect(last().stop).toHaveBeenCalled();
    expect(live.on).toBe(false);
  });

  it('rests while nobody sees it, begins again when somebody does, and ends with the case', async () => {
    const { live, lines, last } = begin();
    live.turn(true);
    await settle();
    live.see(false);
    expect(last().stop).toHaveBeenCalled();
    live.see(true);
    await settle();
    expect(lines).toHaveLength(2);
    last().heard({ type: 'ended', why: 'hidden' });
    live.see(true);
    await settle();
    expect(lines).toHaveLength(3);
    last().heard({ type: 'ended', why: 'case_over' });
    expect(live.on).toBe(false);
  });

  it('begins anew by itself when the desk let it go', async () => {
    const { live, lines, last } = begin();
    live.turn(true);
    await settle();
    last().heard({ type: 'ended', why: 'gone' });
    expect(live.stage).toBe('reconnecting');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(lines).toHaveLength(2);
  });

  it('without a player for it says so and shows stills', async () => {
    const { live, last } = begin();
    live.turn(true);
    await settle();
    last().heard({ type: 'state', state: 'playing', format: { ...format, kind: 'mp4', mime: 'video/mp4' } });
    expect([live.unplayable, live.still]).toEqual([true, true]);
  });
});
