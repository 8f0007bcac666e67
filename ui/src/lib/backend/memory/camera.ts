import { hhmm, stamp } from '$lib/ui/format';

/** A camera that is not there: a drawn document, moved a little with every frame. */
const doc = (tilt: number): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 240" width="640" height="480"><rect width="320" height="240" fill="#39434a"/><g transform="rotate(${tilt} 160 120) translate(30 36) scale(.81)"><rect width="320" height="204" rx="12" fill="#e9eef0"/><text x="16" y="26" font-size="17" fill="#4b5a63" font-weight="700">证件示意</text><rect x="222" y="54" width="78" height="100" rx="4" fill="#cdd7dc"/><circle cx="261" cy="92" r="17" fill="#a9b7bf"/><path d="M230 154c2-26 14-36 31-36s29 10 31 36z" fill="#a9b7bf"/><path d="M20 62h58M20 88h150M20 112h120M20 136h170" stroke="#b3c0c7" stroke-width="9" stroke-linecap="round"/><path d="M20 176h190" stroke="#8d9ca5" stroke-width="11" stroke-linecap="round" stroke-dasharray="14 9"/></g></svg>`;

const address = (svg: string): string => `data:image/svg+xml,${encodeURIComponent(svg)}`;

export function photoPicture(salt: number): string {
  return address(doc((salt % 5) - 2));
}

/** As the hub hands photos out: coarse squares for the thumbnail, else with the viewer's name over it. */
export function photoAt(path: string, viewer: string): string {
  const salt = path.length;
  if (path.includes('size=thumb')) {
    const squares = Array.from({ length: 12 * 9 }, (_, at) => {
      const grey = 90 + ((at * 37 + salt * 11) % 120);
      return `<path fill="rgb(${grey},${grey + 6},${grey + 10})" d="M${(at % 12) * 10} ${Math.floor(at / 12) * 10}h10v10h-10z"/>`;
    }).join('');
    return address(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 90">${squares}</svg>`);
  }
  const time = hhmm(stamp(Date.now()));
  const mark = [40, 110, 180].map(
    (y) =>
      `<text x="20" y="${y}" font-size="16" fill="#c00" opacity=".35" transform="rotate(-18 160 ${y})">${viewer} ${time} ${viewer} ${time}</text>`,
  );
  return address(doc(0).replace('</svg>', `${mark.join('')}</svg>`));
}

/** Frames about 15 a second until stopped; without a canvas to draw on there are none. */
export function previewFrames(frame: (jpeg: ArrayBuffer) => void): () => void {
  if (typeof OffscreenCanvas === 'undefined') return () => undefined;
  const canvas = new OffscreenCanvas(640, 480);
  const pen = canvas.getContext('2d');
  const image = new Image();
  image.src = photoPicture(0);
  let turn = 0;
  const timer = setInterval(() => {
    if (!pen || !image.complete) return;
    turn += 1;
    pen.fillStyle = '#1b2024';
    pen.fillRect(0, 0, 640, 480);
    pen.drawImage(image, Math.sin(turn / 12) * 14, Math.cos(turn / 15) * 8);
    void canvas
      .convertToBlob({ type: 'image/jpeg', quality: 0.8 })
      .then(async (blob) => frame(await blob.arrayBuffer()));
  }, 66);
  return () => clearInterval(timer);
}
