/** A drawn robot screen and a drawn code: what the real ones send, for previews and tests. */
const address = (svg: string): string => `data:image/svg+xml,${encodeURIComponent(svg)}`;

/** Squares that look like a code; no reader is meant to make sense of it. */
function squares(size: number): string {
  const eye = (x: number, y: number) =>
    `<path d="M${x} ${y}h7v7h-7zM${x + 1} ${y + 1}v5h5v-5zM${x + 2} ${y + 2}h3v3h-3z" fill-rule="evenodd"/>`;
  let dots = '';
  for (let y = 0; y < size; y += 1)
    for (let x = 0; x < size; x += 1) {
      const corner = (x < 8 && y < 8) || (x >= size - 8 && y < 8) || (x < 8 && y >= size - 8);
      if (!corner && (Math.imul(x * 73 + 11, y * 151 + 29) >>> 5) % 5 < 2) dots += `M${x} ${y}h1v1h-1z`;
    }
  return `<path d="${dots}"/>${eye(0, 0)}${eye(size - 7, 0)}${eye(0, size - 7)}`;
}

export function qrPicture(): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-2 -2 33 33"><path fill="#fff" d="M-2-2h33v33h-33z"/>${squares(29)}</svg>`;
}

const words: Record<string, [string, string]> = {
  welcome: ['您好', '客服正在为您处理，请稍候'],
  pay: ['请扫码缴费', '应付 ¥25.00'],
  paid: ['缴费成功', '请在 15 分钟内离场'],
};

/** 16:10, as kiosks are: a heading, a line, and a code where money is asked for. */
export function robotScreen(scene: string): string {
  const [heading, line] = words[scene] ?? ['欢迎光临', '如需帮助，请按呼叫键'];
  const code =
    scene === 'pay'
      ? `<g transform="translate(430 120) scale(5.6)" fill="#0d1519"><path fill="#fff" d="M-2-2h33v33h-33z"/>${squares(29)}</g>`
      : '';
  const x = scene === 'pay' ? 60 : 320;
  const anchor = scene === 'pay' ? 'start' : 'middle';
  return address(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 400" width="640" height="400"><rect width="640" height="400" fill="#0d1519"/><text x="${x}" y="190" text-anchor="${anchor}" font-size="56" font-weight="700" fill="#fff" font-family="Noto Sans CJK SC,sans-serif">${heading}</text><text x="${x}" y="250" text-anchor="${anchor}" font-size="28" fill="#a8c0ca" font-family="Noto Sans CJK SC,sans-serif">${line}</text>${code}</svg>`,
  );
}
