import type { IncidentDetail, RuleName, SuppressionScope } from '../api/types';

const rulesMax = 20;

/** Every rule that spoke in an incident, once, with what people call it. */
export function rulesOf(incident: IncidentDetail): (RuleName & { name: string })[] {
  const found = new Map<string, RuleName & { name: string }>();
  for (const { detector, id, name } of incident.detections) found.set(keyOf({ detector, id }), { detector, id, name });
  return [...found.values()].slice(0, rulesMax);
}

export function keyOf({ detector, id }: RuleName): string {
  return `${detector} ${id}`;
}

/** Whether something in the incident certainly lies outside of the scope; then it stays. */
export function leavesOut(incident: IncidentDetail, scope: SuppressionScope): boolean {
  const named = new Set((scope.rules ?? []).map(keyOf));
  return incident.detections.some((line) => {
    const host = line.host ?? incident.host.ip;
    return (scope.host && scope.host !== host) || (named.size > 0 && !named.has(keyOf(line)));
  });
}
