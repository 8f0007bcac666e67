import type { Attachment } from 'svelte/attachments';
import { closer, moved, WHOLE, type Closer, type Point } from './zoom';

/** A turn of the wheel, a press of a key. */
const STEP = 1.25;
const DOUBLE = 2.5;
/** Pixels a press of an arrow moves. */
const MOVE = 60;

/** A picture one looks closer at by wheel, pinch, double tap and keys. */
export class Zoom {
  at = $state.raw<Closer>(WHOLE);
  #frame: HTMLElement | null = null;
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- only asked while a finger moves, never drawn
  #fingers = new Map<number, Point>();

  get close(): boolean {
    return this.at.scale > 1;
  }

  get transform(): string {
    const { scale, x, y } = this.at;
    return scale === 1 ? 'none' : `translate(${x}px, ${y}px) scale(${scale})`;
  }

  whole(): void {
    this.at = WHOLE;
  }

  /** Watches a frame; the picture in it takes `transform` with its origin at the corner. */
  readonly frame: Attachment<HTMLElement> = (frame) => {
    this.#frame = frame;
    const stop = new AbortController();
    const heard = { signal: stop.signal };
    frame.addEventListener('wheel', (event) => this.#wheel(event), { ...heard, passive: false });
    frame.addEventListener('pointerdown', (event) => this.#down(event), heard);
    frame.addEventListener('pointermove', (event) => this.#move(event), heard);
    for (const over of ['pointerup', 'pointercancel', 'lostpointercapture'] as const)
      frame.addEventListener(over, (event) => this.#fingers.delete(event.pointerId), heard);
    frame.addEventListener('dblclick', (event) => this.#twice(event), heard);
    return () => {
      stop.abort();
      this.#fingers.clear();
      this.#frame = null;
    };
  };

  /** A key meant for the picture; true where it was taken. */
  key(event: KeyboardEvent): boolean {
    if (event.ctrlKey || event.altKey || event.metaKey) return false;
    const arrows: Record<string, Point> = {
      ArrowLeft: { x: MOVE, y: 0 },
      ArrowRight: { x: -MOVE, y: 0 },
      ArrowUp: { x: 0, y: MOVE },
      ArrowDown: { x: 0, y: -MOVE },
    };
    const way = arrows[event.key];
    if (way && this.close) return this.#moved(way);
    if (event.key === '+' || event.key === '=') return this.#closer(STEP);
    if (event.key === '-') return this.#closer(1 / STEP);
    if (event.key !== '0') return false;
    this.whole();
    return true;
  }

  #closer(by: number, at?: Point): true {
    const { clientWidth: width = 0, clientHeight: height = 0 } = this.#frame ?? {};
    this.at = closer(this.at, by, at ?? { x: width / 2, y: height / 2 }, width, height);
    return true;
  }

  #moved(by: Point): true {
    this.at = moved(this.at, by, this.#frame?.clientWidth ?? 0, this.#frame?.clientHeight ?? 0);
    return true;
  }

  #point(event: MouseEvent): Point {
    const box = this.#frame?.getBoundingClientRect();
    return { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) };
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    this.#closer(event.deltaY < 0 ? STEP : 1 / STEP, this.#point(event));
  }

  #twice(event: MouseEvent): void {
    if (this.close) this.whole();
    else this.#closer(DOUBLE, this.#point(event));
  }

  #down(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.#fingers.set(event.pointerId, this.#point(event));
    // Two fingers are always meant for the picture; one only where it can be moved, else it scrolls the page.
    if (this.close || this.#fingers.size > 1) this.#frame?.setPointerCapture?.(event.pointerId);
  }

  #move(event: PointerEvent): void {
    const before = this.#fingers.get(event.pointerId);
    if (!before) return;
    const now = this.#point(event);
    const other = [...this.#fingers].find(([id]) => id !== event.pointerId)?.[1];
    this.#fingers.set(event.pointerId, now);
    if (!other) {
      if (this.close) this.#moved({ x: now.x - before.x, y: now.y - before.y });
      return;
    }
    const apart = (point: Point) => Math.max(1, Math.hypot(point.x - other.x, point.y - other.y));
    this.#moved({ x: (now.x - before.x) / 2, y: (now.y - before.y) / 2 });
    this.#closer(apart(now) / apart(before), { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
  }
}
