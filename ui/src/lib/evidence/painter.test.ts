import { waitFor } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import { FramePainter, type Frame } from './painter';

function setUp() {
  const waiting: ((frame: Frame) => void)[] = [];
  const drawn: number[] = [];
  const decode = vi.fn(() => new Promise<Frame>((done) => waiting.push(done)));
  const painter = new FramePainter(decode);
  const canvas = {
    width: 0,
    height: 0,
    getContext: () => ({ drawImage: (frame: { no: number }) => drawn.push(frame.no) }),
  } as unknown as HTMLCanvasElement;
  painter.on(canvas);
  const finish = async (no: number) => {
    waiting.shift()?.({ naturalWidth: 4, naturalHeight: 3, no } as unknown as Frame);
    await new Promise((done) => setTimeout(done));
  };
  return { painter, decode, drawn, finish, canvas };
}
const frame = () => new ArrayBuffer(8);

describe('the live preview', () => {
  it('shows only the newest frame when frames come faster than they are decoded', async () => {
    const { painter, decode, drawn, finish, canvas } = setUp();
    for (let at = 0; at < 20; at += 1) painter.push(frame());
    expect(decode).toHaveBeenCalledTimes(1);
    await finish(1);
    expect(decode).toHaveBeenCalledTimes(2);
    await finish(20);
    expect(drawn).toEqual([1, 20]);
    expect([canvas.width, canvas.height]).toEqual([4, 3]);
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
    const { painter, drawn, finish } = setUp();
    painter.push(frame());
    painter.on(null);
    await finish(1);
    expect(drawn).toEqual([]);
  });

  it('gives the image the bytes as they came, whatever their number', async () => {
    const given: string[] = [];
    vi.stubGlobal(
      'Image',
      class {
        naturalWidth = 1;
        naturalHeight = 1;
        set src(address: string) {
          given.push(address);
        }
        decode = () => Promise.resolve();
      },
    );
    const bytes = Uint8Array.from({ length: 70_000 }, (_, at) => at % 256);
    const painter = new FramePainter();
    painter.on({ getContext: () => ({ drawImage: () => undefined }) } as unknown as HTMLCanvasElement);
    painter.push(bytes.buffer);
    await waitFor(() => expect(painter.shown).toBe(1));
    vi.unstubAllGlobals();
    expect(given).toEqual([`data:image/jpeg;base64,${Buffer.from(bytes).toString('base64')}`]);
  });
});
