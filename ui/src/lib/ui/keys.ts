/** The desk's keys. One place decides which key means what, and that slips such as F5 and F12 do nothing. */
export interface KeyActions {
  search(): void;
  plate(): void;
  refresh(): void;
  environment(): void;
  take(): void;
  qr(): void;
  open(): void;
  release(): void;
  closeCase(): void;
  keys(): void;
}

/** What an input method's key says of itself where the engine tells the end of the word before the key (WebKit). */
const IN_WORD = 229;

/**
 * Whether a key, or what it typed, belongs to an input method: the Enter that ends a word must neither claim nor save.
 * `isComposing` alone is not enough: WebKit ends the word first, and only then tells the key, with 229 in its place.
 */
export function composes(event: KeyboardEvent | InputEvent): boolean {
  // eslint-disable-next-line no-restricted-syntax -- the one place that asks for it
  return event.isComposing || ('keyCode' in event && event.keyCode === IN_WORD);
}

/** Whether somebody types there: then `?` is a character. */
function types(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');
}

/** A reload or the inspector would destroy work: swallowed everywhere, held down or not. */
function isSlip(event: KeyboardEvent): boolean {
  return event.key === 'F5' || event.key === 'F12' || (event.ctrlKey && event.key.toLowerCase() === 'r');
}

/** A key the browser must not act upon though nobody hears it now: under a sheet the page's own keys do nothing. */
export function isDeskKey(event: KeyboardEvent): boolean {
  if (isSlip(event)) return true;
  return desk(event) !== null && (event.key.startsWith('F') || event.altKey || event.ctrlKey || event.metaKey);
}

/** Pages without a lane know few keys: slips still do nothing, `?` shows the keys. True where the key was taken. */
export function onPlainKey(event: KeyboardEvent, keys: () => void): boolean {
  if (composes(event)) return false;
  if (isSlip(event)) return true;
  if (event.key !== '?' || types(event.target)) return false;
  keys();
  return true;
}

/** True where the key was meant for the desk; the caller then keeps the browser from acting on it. */
export function onKey(event: KeyboardEvent, act: KeyActions): boolean {
  if (composes(event)) return false;
  if (isSlip(event)) return true;
  const mine = desk(event);
  if (!mine) return false;
  if (event.repeat) return isDeskKey(event);
  act[mine]();
  return true;
}

function desk(event: KeyboardEvent): keyof KeyActions | null {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') return 'search';
  if (event.ctrlKey && !event.altKey && event.key === 'F9') return 'release';
  if (event.altKey && event.code === 'KeyQ') return 'closeCase';
  if (event.ctrlKey || event.altKey || event.metaKey) return null;
  if (event.key === '?' && !types(event.target)) return 'keys';
  const plain: Record<string, keyof KeyActions> = {
    F2: 'plate',
    F3: 'refresh',
    F4: 'take',
    F6: 'qr',
    F7: 'environment',
    F8: 'open',
  };
  return plain[event.key] ?? null;
}
