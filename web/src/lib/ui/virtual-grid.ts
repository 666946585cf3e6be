/** Geometry of a grid of equal cells in a box of a given width. All lengths in CSS pixels. */
export interface GridGeometry {
  columns: number;
  cellWidth: number;
  rowHeight: number;
  rows: number;
  height: number;
}

export interface GridShape {
  count: number;
  width: number;
  gap: number;
  /** The widest column fit: as many columns as have at least this width. */
  minCell: number;
  /** Height of a cell over its width, for the picture. */
  ratio: number;
  /** Added below the picture, for the words. */
  extra: number;
}

/** How many columns fit and how high everything is. */
export function measureGrid({ count, width, gap, minCell, ratio, extra }: GridShape): GridGeometry {
  const columns = Math.max(2, Math.floor((width + gap) / (minCell + gap)));
  const cellWidth = Math.max(0, (width - gap * (columns - 1)) / columns);
  const rowHeight = Math.round(cellWidth * ratio + extra + gap);
  const rows = Math.ceil(count / columns);
  return { columns, cellWidth, rowHeight, rows, height: Math.max(0, rows * rowHeight - gap) };
}

/** The cells to draw: those in view and `overscan` rows above and below. `end` is exclusive. */
export function visibleCells(
  geometry: GridGeometry,
  view: { top: number; height: number; count: number; overscan: number },
): { start: number; end: number; firstRow: number } {
  const last = Math.max(0, geometry.rows - 1);
  const clampRow = (row: number) => Math.min(last, Math.max(0, row));
  const firstRow = clampRow(Math.floor(view.top / geometry.rowHeight) - view.overscan);
  const lastRow = clampRow(Math.floor((view.top + view.height) / geometry.rowHeight) + view.overscan);
  return { firstRow, start: firstRow * geometry.columns, end: Math.min(view.count, (lastRow + 1) * geometry.columns) };
}

/** Where a key leads from a cell; undefined when the key means nothing or leads outside. */
export function cellAfterKey(
  key: string,
  index: number,
  grid: { columns: number; count: number; pageRows: number },
): number | undefined {
  const { columns, count, pageRows } = grid;
  const moves: Record<string, number> = {
    ArrowRight: index + 1,
    ArrowLeft: index - 1,
    ArrowDown: index + columns,
    ArrowUp: index - columns,
    PageDown: Math.min(count - 1, index + columns * pageRows),
    PageUp: Math.max(0, index - columns * pageRows),
    Home: 0,
    End: count - 1,
  };
  const next = moves[key];
  if (next === undefined || next < 0) return undefined;
  if (next >= count)
    return key === 'ArrowDown' && index < count - 1 && Math.floor(index / columns) < Math.floor((count - 1) / columns)
      ? count - 1
      : undefined;
  return next;
}
