/** A picture of the board in dots, drawn by the browser that shows it. */
import type { Picture } from './picture.ts';

/** What a canvas can hold in one direction. */
const mostDots = 16_000;

/** @returns the PNG in Base64 */
export async function pngOf({ svg, width, height }: Picture): Promise<string> {
  const scale = Math.min(2, mostDots / Math.max(width, height));
  if (scale < 0.5) throw new Error('the board is too large for a PNG; an SVG has room for all of it');
  const source = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = source;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = Math.ceil(width * scale);
    canvas.height = Math.ceil(height * scale);
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('this window has no room for a drawing; export an SVG');
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    const url = canvas.toDataURL('image/png');
    return url.slice(url.indexOf(',') + 1);
  } finally {
    URL.revokeObjectURL(source);
  }
}
