// A plate drawn true, as the desk draws it: blue, green, yellow, white, black, or a neutral outline.

const LOOKS = {
  blue: { ground: '#0f4fa8', ink: '#ffffff' },
  green: { ground: ['#eef9ee', '#43b967'], ink: '#10140f' },
  yellow: { ground: '#f2b705', ink: '#15130a' },
  white: { ground: '#fbfbf8', ink: '#15171a', last: '#c4161c' },
  black: { ground: '#15181b', ink: '#ffffff' },
  unknown: { ground: '#ffffff', ink: '#11181c' },
};

/** How a plate looks: by the camera's colour, else by its kind. */
function lookOf(plate) {
  const kind = plate.kind ?? '';
  if (kind.startsWith('new_energy')) return LOOKS.green;
  if (plate.color && plate.color in LOOKS) return LOOKS[plate.color];
  if (kind === 'ordinary') return LOOKS.blue;
  if (kind === 'police' || kind === 'military') return LOOKS.white;
  return LOOKS.unknown;
}

/** Draws a plate centred at x, its top at y, so high; answers its width. */
export function drawPlate(ctx, plate, x, y, high) {
  const look = lookOf(plate);
  const chars = [...plate.text];
  const step = high * 0.62;
  const dot = chars.length > 2 ? high * 0.3 : 0;
  const wide = chars.length * step + dot + high * 0.5;
  const left = x - wide / 2;
  ctx.save();
  ctx.beginPath();
  ctx.roundRect(left, y, wide, high, high * 0.14);
  ctx.fillStyle = groundOf(ctx, look, y, high);
  ctx.fill();
  ctx.lineWidth = Math.max(2, high * 0.035);
  ctx.strokeStyle = look.ink;
  ctx.beginPath();
  const inset = high * 0.07;
  ctx.roundRect(left + inset, y + inset, wide - 2 * inset, high - 2 * inset, high * 0.1);
  ctx.stroke();
  ctx.font = `700 ${Math.round(high * 0.62)}px 'Helvetica Neue', Arial, 'Liberation Sans', 'Noto Sans CJK SC', sans-serif`;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  let at = left + high * 0.25 + step / 2;
  chars.forEach((char, place) => {
    ctx.fillStyle = look.last && place === chars.length - 1 ? look.last : look.ink;
    ctx.fillText(char, at, y + high * 0.53);
    at += step;
    if (place === 1 && dot) {
      ctx.fillStyle = look.ink;
      ctx.beginPath();
      ctx.arc(at - step / 2 + dot / 2, y + high / 2, high * 0.055, 0, 2 * Math.PI);
      ctx.fill();
      at += dot;
    }
  });
  ctx.restore();
  return wide;
}

function groundOf(ctx, look, y, high) {
  if (typeof look.ground === 'string') return look.ground;
  const shade = ctx.createLinearGradient(0, y, 0, y + high);
  shade.addColorStop(0, look.ground[0]);
  shade.addColorStop(0.92, look.ground[1]);
  return shade;
}
