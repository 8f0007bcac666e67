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

/** Whether somebody types there: then `?` is a character. */
function types(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');
}

/** Pages without a lane know few keys: slips still do nothing, `?` shows the keys. True where the key was taken. */
export function onPlainKey(event: KeyboardEvent, keys: () => void): boolean {
  if (event.isComposing) return false;
  if (event.key === 'F5' || event.key === 'F12' || (event.ctrlKey && event.key.toLowerCase() === 'r')) return true;
  if (event.key !== '?' || types(event.target)) return false;
  keys();
  return true;
}

/** True where the key was meant for the desk; the caller then keeps the browser from acting on it. */
export function onKey(event: KeyboardEvent, act: KeyActions, sheetOpen: boolean): boolean {
  if (event.isComposing) return false;
  // A reload or the inspector would destroy work: swallowed everywhere, held down or not.
  if (event.key === 'F5' || event.key === 'F12' || (event.ctrlKey && event.key.toLowerCase() === 'r')) return true;
  const mine = desk(event);
  if (!mine) return false;
  if (event.repeat || sheetOpen) return event.key.startsWith('F') || event.altKey || event.ctrlKey;
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
