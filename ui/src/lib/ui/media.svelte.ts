/** Whether a media query fits now. */
export class Media {
  fits = $state(false);

  constructor(query: string) {
    if (typeof matchMedia === 'undefined') return;
    const list = matchMedia(query);
    this.fits = list.matches;
    list.addEventListener?.('change', (event) => (this.fits = event.matches));
  }
}

/** Fingers: own keypad, larger targets. By the pointer, and on every window too narrow for the desk's three columns. */
export const touch = new Media('(max-width: 1199.98px), (pointer: coarse)');
/** A phone held upright: ten keys of 44 px do not fit beside each other, eight do. */
export const narrow = new Media('(max-width: 499.98px)');
/** A phone, held either way: narrow, or wide and low. The same words stand in the style sheets. */
export const phone = new Media('(max-width: 767.98px), (max-width: 1199.98px) and (max-height: 559.98px)');
/** Touch sizes and no height for them: a tablet held across, a small monitor, a phone held across. */
export const low = new Media('(max-width: 1199.98px) and (max-height: 899.98px)');
