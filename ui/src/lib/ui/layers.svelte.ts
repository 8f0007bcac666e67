import { getContext, setContext, untrack } from 'svelte';
import type { Attachment } from 'svelte/attachments';
import { composes, isDeskKey } from './keys';
import { roundFrom } from './tab-stops';

export type KeyHandler = (event: KeyboardEvent) => void;
/**
 * `modal`: a sheet or a picture over the page. `light`: a menu or a keypad that belongs to a place of the page; a press
 * beside it closes it, and so does anything modal that comes over it.
 */
type Kind = 'modal' | 'light';

/** What stays in reach over every layer, such as the guide's bubble. */
const ABOVE = '[data-above]';
/** What takes the focus of a layer unless something in it is marked for it. */
const BOX = '[data-box]';
const SCOPE = Symbol('keys');

/** Those who hear the keys of one layer, or of the page: the last to come is asked first. */
class Scope {
  readonly handlers = new Set<KeyHandler>();

  hear(event: KeyboardEvent): void {
    for (const handler of [...this.handlers].toReversed()) {
      if (event.defaultPrevented) return;
      handler(event);
    }
  }
}

/** One thing that lies over the page. While it is on top it alone hears keys and holds the focus. */
export class Layer extends Scope {
  root: HTMLElement | null = null;
  /** What had the focus before, and gets it back. */
  before: Element | null = null;
  /** Nothing lies over it. */
  top = $state(false);
  readonly close: () => void;
  readonly kind: Kind;
  /** The focus is inside already, where somebody types: it is neither moved nor given back. */
  readonly typing: boolean;

  constructor(close: () => void, { kind = 'modal', typing = false }: { kind?: Kind; typing?: boolean } = {}) {
    super();
    this.close = close;
    this.kind = kind;
    this.typing = typing;
  }

  /** Lies where it stands in the page. */
  readonly here: Attachment<HTMLElement> = (root) => {
    untrack(() => layers.push(this, root));
    return () => layers.drop(this);
  };

  /** Lies over the whole page, whatever the place it was asked for is cut by or lies under. */
  readonly over: Attachment<HTMLElement> = (root) => {
    document.body.append(root);
    untrack(() => layers.push(this, root));
    return () => {
      layers.drop(this);
      root.remove();
    };
  };

  /** Takes the focus; what lies under another layer takes none. */
  focus(element?: HTMLElement | null): void {
    const { root } = this;
    if (!root || !this.top) return;
    const box = root.querySelector<HTMLElement>(BOX) ?? root;
    (element ?? root.querySelector<HTMLElement>('[data-autofocus]') ?? box).focus({ preventScroll: true });
    if (!root.contains(document.activeElement)) box.focus({ preventScroll: true });
  }
}

/** What lies over the page, the last on top. One for the window: it decides who hears keys and what is inert. */
class Layers {
  readonly page = new Scope();
  /** Heard whatever is on top. */
  readonly always = new Scope();
  #all: Layer[] = [];
  #inert = new Set<Element>();
  /** What is to get the focus back once the page has settled. */
  #owed: Element | null = null;
  #watch: MutationObserver | null = null;

  constructor() {
    if (typeof window === 'undefined') return;
    window.addEventListener('keydown', (event) => this.#hear(event));
    document.addEventListener('pointerdown', (event) => this.#beside(event), true);
  }

  get top(): Layer | null {
    return this.#all.at(-1) ?? null;
  }

  push(layer: Layer, root: HTMLElement): void {
    const beneath = this.top;
    layer.root = root;
    layer.before = this.#owed ?? document.activeElement;
    this.#owed = null;
    this.#all = [...this.#all, layer];
    this.#settle();
    if (!layer.typing) layer.focus();
    if (layer.kind === 'modal' && beneath?.kind === 'light') queueMicrotask(() => beneath.close());
  }

  drop(layer: Layer): void {
    const at = this.#all.indexOf(layer);
    if (at < 0) return;
    const wasTop = layer === this.top;
    this.#all = this.#all.filter((each) => each !== layer);
    layer.top = false;
    // What was opened from within it gives back to what it had itself.
    for (const above of this.#all.slice(at))
      if (above.before && layer.root?.contains(above.before)) above.before = layer.before;
    this.#settle();
    if (!wasTop || layer.typing) return;
    this.#owed = layer.before;
    // Not at once: what opened it may be grey until the page has taken in that it is gone.
    queueMicrotask(() => this.#giveBack(layer.root));
  }

  /** The focus goes there as soon as nothing lies over it. */
  lead(to: HTMLElement | null): void {
    const lowest = this.#all[0];
    if (lowest) lowest.before = to;
    else if (this.#owed) this.#owed = to;
    to?.focus();
  }

  #giveBack(gone: HTMLElement | null): void {
    const [owed, top, active] = [this.#owed, this.top, document.activeElement];
    this.#owed = null;
    // Somebody gave the focus to something else on purpose.
    const lost = !active || active === document.body || gone?.contains(active);
    if (!owed || !lost) return;
    if (top && !top.root?.contains(owed)) return top.focus();
    if (owed instanceof HTMLElement && owed.isConnected) owed.focus({ preventScroll: true });
    if (document.activeElement === owed && owed !== document.body) return;
    if (top) return top.focus();
    // It is gone, grey, or was nowhere: the page itself, so that the next Tab begins there and not at the top.
    const main = document.querySelector('main');
    main?.setAttribute('tabindex', '-1');
    main?.setAttribute('data-landing', '');
    main?.focus({ preventScroll: true });
  }

  #hear(event: KeyboardEvent): void {
    if (event.defaultPrevented || composes(event)) return;
    this.always.hear(event);
    if (event.defaultPrevented) return;
    const { top } = this;
    if (!top) return this.page.hear(event);
    if (event.key === 'Tab') return this.#tab(event, top);
    top.hear(event);
    if (event.defaultPrevented) return;
    if (event.key === 'Escape') top.close();
    if (event.key === 'Escape' || isDeskKey(event)) event.preventDefault();
  }

  #tab(event: KeyboardEvent, top: Layer): void {
    if (!top.root || event.ctrlKey || event.altKey || event.metaKey) return;
    // The guide's bubble has stops of its own.
    if (document.activeElement?.closest(ABOVE)) return;
    const to = roundFrom(top.root, document.activeElement, event.shiftKey);
    if (!to) return;
    event.preventDefault();
    if (to === top.root) top.focus();
    else to.focus();
  }

  #beside(event: PointerEvent): void {
    const { top } = this;
    if (top?.kind !== 'light' || !(event.target instanceof Element)) return;
    if (!top.root?.contains(event.target) && !event.target.closest(ABOVE)) top.close();
  }

  /** Everything beside the top layer is inert, what comes later too. */
  #settle(): void {
    this.#all.forEach((layer, at) => {
      layer.top = layer === this.top;
      layer.root?.style.setProperty('--layer', String(at));
    });
    this.#cover();
    if (!this.top) this.#watch?.disconnect();
    else {
      this.#watch ??= new MutationObserver(() => this.#cover());
      this.#watch.observe(document.body, { childList: true, subtree: true });
    }
  }

  #cover(): void {
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- what the page is told, never drawn
    const wanted = new Set<Element>();
    const spare = (element: Element): void => {
      if (element.matches(ABOVE)) return;
      if (!element.querySelector(ABOVE)) wanted.add(element);
      else [...element.children].forEach(spare);
    };
    for (let at: Element | null = this.top?.root ?? null; at && at !== document.body; at = at.parentElement)
      for (const beside of at.parentElement?.children ?? []) if (beside !== at) spare(beside);
    for (const element of this.#inert) if (!wanted.has(element)) element.removeAttribute('inert');
    for (const element of wanted) if (!element.hasAttribute('inert')) element.setAttribute('inert', '');
    this.#inert = wanted;
  }
}

export const layers = new Layers();

/** A layer whose own parts ask for its keys, and not for the page's. */
export function useLayer(close: () => void, kind: Kind = 'modal'): Layer {
  const layer = new Layer(close, { kind });
  setContext(SCOPE, layer);
  return layer;
}

/** The layer a component stands in; null on the page itself. */
export function layerHere(): Layer | null {
  return getContext<Layer | undefined>(SCOPE) ?? null;
}

/** Hears the keys of the layer or page it stands in, while that is on top. Whoever takes a key prevents its default. */
export function useKeys(handler: KeyHandler, always = false): void {
  const scope = always ? layers.always : (layerHere() ?? layers.page);
  $effect(() => {
    scope.handlers.add(handler);
    return () => scope.handlers.delete(handler);
  });
}
