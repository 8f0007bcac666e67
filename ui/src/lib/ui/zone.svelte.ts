/**
 * The lot's time zone (R55): whatever zone this device is set to, times are shown, typed and counted in this one. The hub
 * tells it with the session; without a word of it, China's.
 */
export const USUAL_ZONE = 'Asia/Shanghai';

let name = $state(USUAL_ZONE);

export const zone = {
  get name(): string {
    return name;
  },
  /** A zone this web view does not know leaves the one that is. */
  use(told: string | null | undefined): void {
    const wanted = told || USUAL_ZONE;
    try {
      new Intl.DateTimeFormat('en-US', { timeZone: wanted });
      name = wanted;
    } catch {
      name = USUAL_ZONE;
    }
  },
};
