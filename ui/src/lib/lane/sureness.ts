import type { Picture } from '$lib/backend';

/** How sure the camera is of a plate, in words: a number would only be guessed at. Null where it does not say. */
export function surenessOf(picture: Picture | null): 'picture.sure' | 'picture.fair' | 'picture.unsure' | null {
  const confidence = picture?.plate ? picture.confidence : null;
  if (confidence === null || confidence === undefined) return null;
  if (confidence < 70) return 'picture.unsure';
  return confidence >= 90 && (picture?.doubtful ?? []).length === 0 ? 'picture.sure' : 'picture.fair';
}
