/** The spans that the dashboard offers. */
export const spans = [7, 30, 90] as const;
export const defaultDays = 30;

/** The span that an address asks for. */
export function daysFrom(value: unknown): number {
  return spans.find((days) => days === value) ?? defaultDays;
}
