/** Shapes in a square of 16, to be drawn as lines: what is told by a colour is told by one of these too. */
const ring = 'M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13';

export const shapes = {
  ring: [ring],
  tick: [ring, 'M4.8 8.3l2.2 2.2l4.2-4.6'],
  cross: [ring, 'M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2'],
  bar: [ring, 'M4.5 8h7'],
  clock: [ring, 'M8 4.5v3.8l2.5 1.6'],
  half: [ring, 'M8 1.5v13M8 11.5h4.6M8 8h6.3M8 4.5h4.6'],
  warning: ['M8 1.8l6.6 12H1.4z', 'M8 6v3.6M8 11.2v1'],
  over: ['M1.8 10.5a6.2 6.2 0 0 1 12-1.5', 'M14.4 4.8v4.4h-4.4', 'M8 13.2v.8'],
  turning: ['M8 1.5a6.5 6.5 0 1 1-6.5 6.5'],
} as const satisfies Record<string, readonly string[]>;
