import '@testing-library/jest-dom/vitest';

// jsdom has neither; the pages ask for both.
globalThis.matchMedia ??= ((query: string) => ({
  matches: false,
  media: query,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
})) as unknown as typeof matchMedia;
Element.prototype.scrollIntoView ??= () => undefined;
// jsdom draws nothing; axe asks whether it could.
HTMLCanvasElement.prototype.getContext = () => null;
