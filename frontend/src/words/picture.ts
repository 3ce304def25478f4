/** How a sale becomes a picture: where a moment stands, how high a number is, and what the seats were like at any time. */
export type Step = 'MINUTE' | 'HOUR' | 'DAY' | 'WEEK' | 'MONTH';

const MINUTE = 60_000;
const LENGTHS: Record<Step, number> = {
  MINUTE,
  HOUR: 60 * MINUTE,
  DAY: 1440 * MINUTE,
  WEEK: 7 * 1440 * MINUTE,
  MONTH: 30 * 1440 * MINUTE,
};

export type Span = { from: number; to: number; step: number };

/** From the first point to the end of the last one, in milliseconds; at least some steps, so that one point is no wall. */
export function span(begins: string[], step: Step): Span {
  const length = LENGTHS[step];
  const moments = begins.map((at) => Date.parse(at));
  const from = Math.min(...moments);
  const to = Math.max(...moments) + length;
  const lacking = Math.max(0, 12 * length - (to - from));
  return { from: from - lacking, to, step: length };
}

export const place = ({ from, to }: Span, at: number, width: number) => ((at - from) / (to - from)) * width;

/** A round number that is not less, and the lines below it: 37 → 40 and 0, 10, 20, 30, 40. */
export function scale(most: number): { top: number; lines: number[] } {
  const unit = round(Math.max(1, most) / 4);
  const number = Math.max(1, Math.ceil(most / unit));
  return { top: number * unit, lines: Array.from({ length: number + 1 }, (_, index) => index * unit) };
}

function round(value: number): number {
  for (let size = 1; ; size *= 10) for (const step of [1, 2, 5]) if (value <= size * step) return size * step;
}

export type Bar = { x: number; width: number; height: number };

export function bars(
  values: { at: string; value: number }[],
  over: Span,
  room: { width: number; height: number },
): Bar[] {
  const { top } = scale(Math.max(...values.map(({ value }) => value)));
  const width = Math.max(2, place(over, over.from + over.step, room.width) - 2);
  return values
    .filter(({ value }) => value > 0)
    .map(({ at, value }) => ({
      x: Math.min(room.width - width, place(over, Date.parse(at), room.width) + 1),
      width,
      height: Math.max(1, (value / top) * room.height),
    }));
}

export type Levels = { quota: number; held: number; sold: number };

/** The seats at the end of each of so many equal parts of the time; nothing before the first point. */
export function columns(points: { at: string; levels: Levels }[], over: Span, number: number): (Levels | undefined)[] {
  let next = 0;
  let last: Levels | undefined;
  return Array.from({ length: number }, (_, index) => {
    const end = over.from + ((over.to - over.from) * (index + 1)) / number;
    for (let point = points[next]; point && Date.parse(point.at) < end; point = points[++next]) last = point.levels;
    return last;
  });
}

/** Moments to be written under a picture, evenly apart, as many as have room. */
export function moments({ from, to }: Span, number: number): number[] {
  return Array.from({ length: number }, (_, index) => from + ((to - from) * (index + 0.5)) / number);
}
