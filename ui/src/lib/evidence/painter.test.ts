import { waitFor } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import { FramePainter } from './painter';

function setUp() {
  const waiting: ((bitmap: ImageBitmap) => void)[] = [];
  const closed = vi.fn();
  const drawn: number[] = [];
  const decode = vi.fn(() => new Promise<ImageBitmap>((done) => waiting.push(done)));
  const painter = new FramePainter(decode);
  const canvas = {
    width: 0,
    height: 0,
    getContext: () => ({ drawImage: (bitmap: { no: number }) => drawn.push(bitmap.no) }),
  } as unknown as HTMLCanvasElement;
  painter.on(canvas);
  const finish = async (no: number) => {
    waiting.shift()?.({ width: 4, height: 3, close: closed, no } as unknown as ImageBitmap);
    await new Promise((done) => setTimeout(done));
  };
  return { painter, decode, drawn, closed, finish, canvas };
}
const frame = () => new ArrayBuffer(8);

describe('the live preview', () => {
  it('shows only the newest frame when frames come faster than they are decoded, and closes every bitmap', async () => {
    const { painter, decode, drawn, closed, finish } = setUp();
    for (let at = 0; at < 20; at += 1) painter.push(frame());
    expect(decode).toHaveBeenCalledTimes(1);
    await finish(1);
    expect(decode).toHaveBeenCalledTimes(2);
    await finish(20);
    expect(drawn).toEqual([1, 20]);
    expect(closed).toHaveBeenCalledTimes(2);
  });

  it('asks for the next frame after each, also after a damaged one', async () => {
    const done = vi.fn();
    const painter = new FramePainter(() => Promise.reject(new Error('no picture')));
    painter.on({} as HTMLCanvasElement);
    painter.ondone = done;
    painter.push(frame());
    await waitFor(() => expect(done).toHaveBeenCalledTimes(1));
    painter.push(frame());
    await waitFor(() => expect(done).toHaveBeenCalledTimes(2));
    expect(painter.shown).toBe(0);
  });

  it('paints nothing once its canvas is gone', async () => {
    const { painter, drawn, closed, finish } = setUp();
    painter.push(frame());
    painter.on(null);
    await finish(1);
    expect(drawn).toEqual([]);
    expect(closed).toHaveBeenCalledTimes(1);
  });
});
