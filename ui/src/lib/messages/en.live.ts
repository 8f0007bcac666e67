import type { zhLive } from './zh-CN.live';

/** Live pictures and the last minute of stills, in English. */
export const enLive = {
  'live.live': 'Live',
  'live.starting': 'Connecting…',
  'live.reconnecting': 'Reconnecting…',
  'live.stills': 'Still pictures',
  'live.none': 'No picture',
  'live.unplayable': 'This device cannot play the live picture. Still pictures are shown instead.',
  'live.picture': 'Picture of environment camera {name}',
  'live.cameras': 'Cameras of this lane',
  'live.pane': 'Picture in picture',
  'live.move': 'Move the picture-in-picture; arrow keys work too',
  'live.back': 'Reset position',
  'live.full': 'Full screen',
  'live.full_back': 'Exit full screen',
  'live.off': 'Close the picture',
  'live.again': 'Try again now',
  'stills.earlier': 'Previous',
  'stills.later': 'Next',
  'stills.label': 'Last minute',
  'stills.other': 'Read as {plate} at that time; may be another vehicle',
  'picture.sure': 'reading reliable',
  'picture.fair': 'reading doubtful, compare the picture',
  'picture.unsure': 'reading doubtful, check the plate',
  'stills.keys': '← → previous, next · wheel or + − zoom · 0 reset',
} as const satisfies Record<keyof typeof zhLive, string>;
