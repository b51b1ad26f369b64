/** The spans of charts, in hours. */
export const ranges = [6, 24, 168, 720, 2160] as const;
export const defaultRange = 24;

/** The span that an address asks for. */
export function rangeFrom(value: unknown): number {
  return ranges.find((hours) => hours === value) ?? defaultRange;
}
