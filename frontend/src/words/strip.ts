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

/** How marks stand in a strip `width` wide: rows filled from the left, with an aisle after every ten where rows are long. */
export function places(marks: number, width: number, mark: number, gap: number): Places {
  const fits = (columns: number) => columns * (mark + gap) - gap + aisles(columns) * gap * 2 <= width;
  let columns = 1;
  while (columns < marks && fits(columns + 1)) columns += 1;
  if (columns >= 20 && columns < marks) columns -= columns % 10; // every row but the last ends at an aisle
  return {
    columns,
    rows: Math.max(1, Math.ceil(marks / columns)),
    x: (index) => {
      const column = index % columns;
      return column * (mark + gap) + Math.floor(column / 10) * gap * 2;
    },
    row: (index) => Math.floor(index / columns),
  };
}

export type Places = { columns: number; rows: number; x: (index: number) => number; row: (index: number) => number };

const aisles = (columns: number) => Math.floor((columns - 1) / 10);
