import type { Communication, Detector, Handling, MailThreshold, SensorState, Severity, Stage, ThreatClass } from '../api/types';

// The API's enumerations in the order in which people see them. `satisfies` and the exhaustive
// records below make a new value of the API an error of the compiler.

export const severities = ['critical', 'high', 'medium', 'low'] as const satisfies readonly Severity[];
export const stages = [
  'reconnaissance', 'delivery', 'exploitation', 'installation', 'command_and_control', 'lateral_movement', 'impact',
] as const satisfies readonly Stage[];
export const communications = [
  'recon_access', 'redirector_site', 'compromised_site', 'malvertising_site', 'exploit_site', 'profiling_site',
  'malware_download', 'exploit_kit_download', 'command_and_control', 'ransomware', 'lateral_movement', 'tor',
] as const satisfies readonly Communication[];
export const classes = [
  'reconnaissance', 'malicious_site', 'malicious_download', 'malware_communication', 'suspicious',
] as const satisfies readonly ThreatClass[];
export const handlings = ['new', 'in_progress', 'done'] as const satisfies readonly Handling[];
export const detectors = ['signature', 'indicator', 'scan', 'behaviour'] as const satisfies readonly Detector[];
export const sensorStates = ['online', 'late', 'offline', 'never'] as const satisfies readonly SensorState[];
export const mailThresholds = ['medium', 'high', 'critical', 'none'] as const satisfies readonly MailThreshold[];

type Missing<All extends string, Listed extends string> = Exclude<All, Listed>;
type Complete<T extends never> = T;
/** Fails to compile when the API knows a value that a list above lacks. */
export type EveryValueIsListed = Complete<
  | Missing<Severity, (typeof severities)[number]>
  | Missing<Stage, (typeof stages)[number]>
  | Missing<Communication, (typeof communications)[number]>
  | Missing<ThreatClass, (typeof classes)[number]>
  | Missing<Handling, (typeof handlings)[number]>
  | Missing<Detector, (typeof detectors)[number]>
  | Missing<SensorState, (typeof sensorStates)[number]>
  | Missing<MailThreshold, (typeof mailThresholds)[number]>
>;
