import type { zhLive } from './zh-CN.live';

/** Live pictures and the last minute of stills, in English. */
export const enLive = {
  'live.live': 'Live',
  'live.starting': 'Connecting…',
  'live.reconnecting': 'Connecting again…',
  'live.stills': 'Refreshed stills',
  'live.none': 'No picture',
  'live.unplayable': 'This device cannot play the picture; stills are refreshed instead.',
  'live.picture': 'Picture of environment camera {name}',
  'live.cameras': 'Cameras of this lane',
  'live.pane': 'Picture in picture',
  'live.move': 'Move the picture; arrow keys work',
  'live.back': 'Put it back',
  'live.full': 'Full screen',
  'live.full_back': 'Leave full screen',
  'live.off': 'Close the picture',
  'live.again': 'Try again now',
  'stills.earlier': 'Earlier',
  'stills.later': 'Later',
  'stills.label': 'Last minute',
  'stills.other': 'Then read as {plate}; may be another vehicle',
  'picture.sure': 'reading trusted',
  'picture.fair': 'reading doubtful, compare the picture',
  'picture.unsure': 'reading doubtful, check the plate',
  'stills.keys': '← → step through · wheel or + − closer · 0 whole',
} as const satisfies Record<keyof typeof zhLive, string>;
