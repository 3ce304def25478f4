/** How a house of seats becomes a strip of marks: one a seat while they fit, blocks of 2, 5, 10, 20 … seats when they do not. */
export type Seats = { quota: number; sold: number; held: number };

/** One mark: how much of it is sold and held, each 0 to 1; the rest is free. */
export type Mark = { sold: number; held: number };

export type Strip = { seatsPerMark: number; marks: Mark[] };

/** At most `most` marks. Sold seats come first, then held, then free; sold + held above a lowered quota still get their marks. */
export function strip({ quota, sold, held }: Seats, most: number): Strip {
  const seats = Math.max(quota, sold + held);
  const seatsPerMark = blockSize(seats, most);
  const marks: Mark[] = [];
  for (let first = 0; first < seats; first += seatsPerMark) {
    const size = Math.min(seatsPerMark, seats - first);
    marks.push({
      sold: clamp(sold - first, size) / size,
      held: (clamp(sold + held - first, size) - clamp(sold - first, size)) / size,
    });
  }
  return { seatsPerMark, marks };
}

export type House = Seats & { available: number };

/** All seat types of a conference as one house. */
export function house(types: House[]): House {
  const sum = (part: keyof House) => types.reduce((total, type) => total + type[part], 0);
  return { quota: sum('quota'), sold: sum('sold'), held: sum('held'), available: sum('available') };
}

const clamp = (value: number, most: number) => Math.min(most, Math.max(0, value));

function blockSize(seats: number, most: number): number {
  for (let size = 1; ; size *= 10) {
    for (const step of [1, 2, 5]) if (seats <= size * step * most) return size * step;
  }
}

export type Places = { rows: number; width: number; x: (index: number) => number; row: (index: number) => number };

/**
 * How marks stand in a strip at most `room` wide: in as few rows as fit, filled column by column, so that what is taken
 * grows from the left like a bar; an aisle after every ten columns.
 */
export function places(marks: number, room: number, mark: number, gap: number): Places {
  let rows = 1;
  while (rows < marks && inRows(marks, rows, mark, gap).width > room) rows += 1;
  return inRows(marks, rows, mark, gap);
}

/** The same in a box: in as many rows as let the marks be drawn largest. */
export function placesWithin(
  marks: number,
  box: { width: number; height: number },
  size: { mark: number; height: number; gap: number },
): Places & { scale: number } {
  let best: (Places & { scale: number }) | undefined;
  for (let rows = 1; rows <= Math.max(1, marks); rows += 1) {
    const place = inRows(marks, rows, size.mark, size.gap);
    const tall = box.height / (rows * (size.height + size.gap) - size.gap);
    const scale = Math.min(box.width / place.width, tall);
    if (!best || scale > best.scale) best = { ...place, scale };
    else if (tall < best.scale) break;
  }
  return best ?? { ...inRows(marks, 1, size.mark, size.gap), scale: 1 };
}

function inRows(marks: number, rows: number, mark: number, gap: number): Places {
  const left = (column: number) => column * (mark + gap) + Math.floor(column / 10) * gap * 2;
  return {
    rows,
    width: left(Math.max(1, Math.ceil(marks / rows)) - 1) + mark,
    x: (index) => left(Math.floor(index / rows)),
    row: (index) => index % rows,
  };
}
