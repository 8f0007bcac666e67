/** Looking closer at a picture: how large it is drawn and where its corner stands, in the frame's own pixels. */

export interface Closer {
  scale: number;
  x: number;
  y: number;
}

export interface Point {
  x: number;
  y: number;
}

export const WHOLE: Closer = { scale: 1, x: 0, y: 0 };
/** More shows no more of a camera's picture. */
export const CLOSEST = 8;

/** The picture fills its frame at every place, so that no edge comes into it. */
function held(closer: Closer, width: number, height: number): Closer {
  const { scale } = closer;
  if (scale <= 1) return WHOLE;
  const inside = (at: number, length: number) => Math.min(0, Math.max(length * (1 - scale), at));
  return { scale, x: inside(closer.x, width), y: inside(closer.y, height) };
}

/** So much closer, with what stands at `at` staying there. */
export function closer(now: Closer, by: number, at: Point, width: number, height: number): Closer {
  const scale = Math.min(CLOSEST, Math.max(1, now.scale * by));
  const part = scale / now.scale;
  return held({ scale, x: at.x - (at.x - now.x) * part, y: at.y - (at.y - now.y) * part }, width, height);
}

/** Moved by so many pixels. */
export function moved(now: Closer, by: Point, width: number, height: number): Closer {
  return held({ scale: now.scale, x: now.x + by.x, y: now.y + by.y }, width, height);
}
