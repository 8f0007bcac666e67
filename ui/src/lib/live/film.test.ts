import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Film } from './film';

/** A SourceBuffer that takes everything and tells when asked to. */
class Buffer extends EventTarget {
  updating = false;
  mode = '';
  appended: ArrayBuffer[] = [];
  removed: [number, number][] = [];
  ranges: [number, number][] = [];
  full = false;
  get buffered() {
    const ranges = this.ranges;
    return {
      length: ranges.length,
      start: (at: number) => ranges[at]?.[0] ?? 0,
      end: (at: number) => ranges[at]?.[1] ?? 0,
    };
  }
  appendBuffer(bytes: ArrayBuffer) {
    if (this.full) throw new DOMException('full', 'QuotaExceededError');
    this.updating = true;
    this.appended.push(bytes);
  }
  remove(from: number, to: number) {
    this.updating = true;
    this.removed.push([from, to]);
  }
  done(...ranges: [number, number][]) {
    if (ranges.length) this.ranges = ranges;
    this.updating = false;
    this.dispatchEvent(new Event('updateend'));
  }
}

let buffer: Buffer;
class Source extends EventTarget {
  addSourceBuffer() {
    return buffer;
  }
}

class Video extends EventTarget {
  currentTime = 0;
  paused = false;
  disableRemotePlayback = false;
  src = '';
  play = vi.fn(() => Promise.resolve());
  load = vi.fn();
  removeAttribute = vi.fn();
  get buffered() {
    return buffer.buffered;
  }
}

const bytes = (value: number) => new Uint8Array([value]).buffer;

function begin() {
  buffer = new Buffer();
  const made: Source[] = [];
  class Kept extends Source {
    constructor() {
      super();
      made.push(this);
    }
  }
  const video = new Video();
  const hears = { shown: vi.fn(), taken: vi.fn(), broken: vi.fn() };
  const film = new Film(video as unknown as HTMLVideoElement, 'a', hears, Kept as unknown as typeof MediaSource);
  const open = () => made[0]?.dispatchEvent(new Event('sourceopen'));
  return { film, video, hears, open };
}

beforeEach(() => {
  vi.stubGlobal('URL', { createObjectURL: () => 'blob:x', revokeObjectURL: vi.fn() });
});

describe('a film', () => {
  it('takes a burst in one append and begins at its end', () => {
    const { film, video, hears, open } = begin();
    for (let at = 0; at < 20; at += 1) film.push(bytes(at));
    open();
    expect(buffer.appended.map((each) => each.byteLength)).toEqual([20]);
    buffer.done([100, 104]);
    expect(hears.taken).toHaveBeenCalledWith(20);
    expect(video.currentTime).toBeCloseTo(103.88);
  });

  it('stays where it plays, and jumps when it fell behind or pictures were left out', () => {
    const { film, video, open } = begin();
    open();
    film.push(bytes(1));
    buffer.done([0, 1]);
    video.currentTime = 1;
    film.push(bytes(2));
    buffer.done([0, 1.4]);
    expect(video.currentTime).toBe(1);
    film.push(bytes(3));
    buffer.done([0, 1.6]);
    expect(video.currentTime).toBeCloseTo(1.48);
    film.catchUp();
    film.push(bytes(4));
    buffer.done([0, 1.6], [2, 2.1]);
    expect(video.currentTime).toBe(2);
  });

  it('throws away what was shown', () => {
    const { film, video, open } = begin();
    open();
    video.currentTime = 30;
    film.push(bytes(1));
    buffer.done([0, 30.1]);
    expect(buffer.removed).toEqual([[0, 20]]);
    buffer.done([20, 30.1]);
    expect(buffer.removed).toHaveLength(1);
  });

  it('makes room where the web view holds no more, and is broken where that does not help', () => {
    const { film, video, hears, open } = begin();
    open();
    video.currentTime = 8;
    buffer.ranges = [[0, 8.2]];
    buffer.full = true;
    film.push(bytes(1));
    expect(buffer.removed).toEqual([[0, 7.5]]);
    expect(hears.taken).toHaveBeenCalledWith(1);
    buffer.ranges = [[7.5, 8.2]];
    buffer.updating = false;
    film.push(bytes(2));
    expect(hears.broken).toHaveBeenCalled();
  });

  it('says nothing after its end', () => {
    const { film, video, hears, open } = begin();
    open();
    film.end();
    video.dispatchEvent(new Event('error'));
    video.dispatchEvent(new Event('timeupdate'));
    expect(hears.broken).not.toHaveBeenCalled();
    expect(hears.shown).not.toHaveBeenCalled();
  });
});
