import { describe, expect, it } from 'vitest';
import { cellAfterKey, measureGrid, visibleCells } from './virtual-grid.ts';

const shape = { count: 50_000, width: 1400, gap: 20, minCell: 160, ratio: 1.5, extra: 54 };

describe('measureGrid', () => {
  it('fits as many columns of the least width as there is room for', () => {
    const grid = measureGrid(shape);
    expect(grid.columns).toBe(7);
    expect(grid.cellWidth).toBeCloseTo((1400 - 6 * 20) / 7);
    expect(grid.rows).toBe(Math.ceil(50_000 / 7));
  });

  it('keeps two columns on the narrowest phone', () => {
    expect(measureGrid({ ...shape, width: 240 }).columns).toBe(2);
  });
});

describe('visibleCells', () => {
  it('draws a bounded number of 50,000 cells, wherever the view is', () => {
    const grid = measureGrid(shape);
    for (const top of [0, 123_456, grid.height]) {
      const cells = visibleCells(grid, { top, height: 1000, count: shape.count, overscan: 2 });
      expect(cells.end - cells.start).toBeLessThanOrEqual(9 * grid.columns);
      expect(cells.end).toBeLessThanOrEqual(shape.count);
    }
  });
});

describe('cellAfterKey', () => {
  const grid = { columns: 7, count: 20, pageRows: 2 };

  it.each([
    ['ArrowRight', 3, 4],
    ['ArrowLeft', 0, undefined],
    ['ArrowDown', 3, 10],
    ['ArrowDown', 13, 19],
    ['ArrowDown', 16, undefined],
    ['ArrowUp', 3, undefined],
    ['End', 3, 19],
    ['Home', 12, 0],
    ['PageDown', 12, 19],
    ['x', 3, undefined],
  ])('%s from %i leads to %s', (key, from, to) => {
    expect(cellAfterKey(key, from, grid)).toBe(to);
  });
});
