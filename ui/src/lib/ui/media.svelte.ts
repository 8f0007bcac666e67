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

/** Tablet and phone: own keypad, larger targets. */
export const touch = new Media('(max-width: 1199.98px)');
export const phone = new Media('(max-width: 767.98px)');
