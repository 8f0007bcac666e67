import '@testing-library/jest-dom/vitest';
import { configure } from '@testing-library/svelte';
import { afterEach } from 'vitest';

// One second is too little on two processors that build besides; what never comes still fails, later.
configure({ asyncUtilTimeout: 15_000 });

// The tests' day begins at three in the afternoon at the lot, whenever and wherever they run: "today" must hold the rows they made, and shortly
// after midnight it would not. The clock goes on from there.
const RealDate = Date;
const ahead = RealDate.UTC(2026, 2, 18, 7) - RealDate.now();
globalThis.Date = class extends RealDate {
  constructor(...given: []) {
    if (given.length) super(...given);
    else super(RealDate.now() + ahead);
  }
  static override now(): number {
    return RealDate.now() + ahead;
  }
} as DateConstructor;

// jsdom lays nothing out and draws nothing; the pages and axe ask all the same.
globalThis.matchMedia ??= ((query: string) => ({
  matches: false,
  media: query,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
})) as unknown as typeof matchMedia;
Element.prototype.scrollIntoView ??= () => undefined;
HTMLCanvasElement.prototype.getContext = () => null;
globalThis.ResizeObserver ??= class {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
};

// Each test opens its window without an address.
afterEach(() => history.replaceState(null, '', location.pathname));
