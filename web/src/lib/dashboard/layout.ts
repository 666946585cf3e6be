/** One row of the dashboard as a person arranged it. */
export interface Placement {
  widget: string;
  hidden?: boolean;
}

/** The rows in the person's order; rows the person has never seen keep their place at the end, shown. */
export function arrange(known: readonly string[], placements: readonly Placement[]): Placement[] {
  const chosen = placements.filter((placement) => known.includes(placement.widget));
  const names = new Set(chosen.map((placement) => placement.widget));
  return [...chosen, ...known.filter((widget) => !names.has(widget)).map((widget) => ({ widget }))];
}

/** Moves a row up (-1) or down (1); at the ends nothing changes. */
export function moved(placements: readonly Placement[], index: number, by: -1 | 1): Placement[] {
  const next = [...placements];
  const target = index + by;
  const row = next[index];
  if (!row || target < 0 || target >= next.length) return next;
  next.splice(index, 1);
  next.splice(target, 0, row);
  return next;
}
