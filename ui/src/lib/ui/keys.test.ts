import { describe, expect, it, vi } from 'vitest';
import { composes, isDeskKey, onKey, type KeyActions } from './keys';

const actions = () => ({
  search: vi.fn(),
  plate: vi.fn(),
  refresh: vi.fn(),
  environment: vi.fn(),
  take: vi.fn(),
  qr: vi.fn(),
  open: vi.fn(),
  release: vi.fn(),
  closeCase: vi.fn(),
  keys: vi.fn(),
});
const key = (init: KeyboardEventInit) => new KeyboardEvent('keydown', init);

describe('keys of the desk', () => {
  it.each<[KeyboardEventInit, keyof KeyActions]>([
    [{ key: 'k', ctrlKey: true }, 'search'],
    [{ key: 'F2' }, 'plate'],
    [{ key: 'F3' }, 'refresh'],
    [{ key: 'F4' }, 'take'],
    [{ key: 'F6' }, 'qr'],
    [{ key: 'F7' }, 'environment'],
    [{ key: 'F8' }, 'open'],
    [{ key: 'q', code: 'KeyQ', altKey: true }, 'closeCase'],
    [{ key: '?' }, 'keys'],
  ])('%o', (init, name) => {
    const act = actions();
    expect(onKey(key(init), act)).toBe(true);
    expect(act[name]).toHaveBeenCalledTimes(1);
  });

  it('swallows F5, F12 and Ctrl R: a slip must not destroy work', () => {
    const act = actions();
    for (const init of [{ key: 'F5' }, { key: 'F12' }, { key: 'r', ctrlKey: true }])
      expect(onKey(key(init), act)).toBe(true);
    expect(Object.values(act).every((f) => f.mock.calls.length === 0)).toBe(true);
  });

  it('hears nothing while an input method composes', () => {
    const act = actions();
    expect(onKey(key({ key: 'F8', isComposing: true }), act)).toBe(false);
  });

  it('does not act twice on a key held down', () => {
    const act = actions();
    expect(onKey(key({ key: 'F8', repeat: true }), act)).toBe(true);
    expect(act.open).not.toHaveBeenCalled();
  });

  it('knows which keys the browser must not have though nobody hears them', () => {
    for (const init of [{ key: 'F8' }, { key: 'F5' }, { key: 'q', code: 'KeyQ', altKey: true }])
      expect(isDeskKey(key(init))).toBe(true);
    for (const init of [{ key: '?' }, { key: 'a' }, { key: 'Tab' }]) expect(isDeskKey(key(init))).toBe(false);
  });

  it('hears no Enter that ends a word, as WebKit tells it: after the word, with 229 in its place', () => {
    const enter = new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229 } as KeyboardEventInit);
    // eslint-disable-next-line no-restricted-syntax -- what the engine says, and what it leaves out
    expect(enter.isComposing).toBe(false);
    expect(composes(enter)).toBe(true);
    expect(composes(key({ key: 'Enter' }))).toBe(false);
  });

  it('leaves the question mark to those who type', () => {
    const act = actions();
    const input = document.createElement('input');
    const event = key({ key: '?' });
    Object.defineProperty(event, 'target', { value: input });
    expect(onKey(event, act)).toBe(false);
  });
});
