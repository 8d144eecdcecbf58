/** A straight line through points, by least squares. Pure. */

export interface Line {
  readonly slope: number;
  /** Standard error of the slope. */
  readonly error: number;
}

/** Throws for fewer than three points, which say nothing of their scatter. */
export function fitLine(points: readonly (readonly [number, number])[]): Line {
  const count = points.length;
  if (count < 3) throw new Error(`${count} points are too few for a line`);
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / count;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / count;
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  const slope = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
  const rest = points.reduce((sum, [x, y]) => sum + (y - meanY - slope * (x - meanX)) ** 2, 0);
  return { slope, error: Math.sqrt(rest / (count - 2) / spread) };
}
