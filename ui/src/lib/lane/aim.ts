/** Which part of a picture a smaller frame shows: the part with the plate, wherever the camera has it. */

export interface Size {
  width: number;
  height: number;
}

/** How far down the frame the plate comes to stand where the picture is cut above and below. */
const DOWN = 0.7;

/** `object-position` of a picture that covers its frame. Without a plate the middle, a little below, where vehicles stand. */
export function aim(box: readonly number[] | null | undefined, picture: Size, frame: Size): string {
  const [x, y, w, h] = box ?? [];
  if (x === undefined || y === undefined || w === undefined || h === undefined) return '50% 75%';
  if (!picture.width || !picture.height || !frame.width || !frame.height) return '50% 75%';
  const scale = Math.max(frame.width / picture.width, frame.height / picture.height);
  const across = shift(x + w / 2, picture.width * scale, frame.width, 0.5);
  const down = shift(y + h / 2, picture.height * scale, frame.height, DOWN);
  return `${across}% ${down}%`;
}

/** The percentage at which the point `at` of a length `whole` stands at `target` of the shorter length `shown`. */
function shift(at: number, whole: number, shown: number, target: number): number {
  const over = whole - shown;
  if (over < 1) return 50;
  return Math.round(Math.min(1, Math.max(0, (at * whole - target * shown) / over)) * 100);
}
