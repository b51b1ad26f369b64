import type { Channel, ClosingQuestion, Communication, DeliveryReason, DeliveryState, Detector, Digest, EndpointThreshold, Handling, MailThreshold, Resolution, SensorState, Severity, Stage, ThreatClass } from '../api/types';

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
export const handlings = [
  'new', 'acknowledged', 'in_progress', 'awaiting_customer', 'resolved',
] as const satisfies readonly Handling[];
export const resolutions = ['true_attack', 'benign_true', 'false_alarm', 'test'] as const satisfies readonly Resolution[];
/** What is asked at the end, in order. */
export const closingQuestions = {
  true_attack: ['contained', 'data_left', 'cause_removed'],
  benign_true: ['who_did_it', 'arranged', 'happens_again'],
  false_alarm: ['what_it_was', 'asked_person', 'happens_again'],
  test: ['who_tested', 'test_ended'],
} as const satisfies Record<Resolution, readonly ClosingQuestion[]>;
export const allQuestions = [...new Set(Object.values(closingQuestions).flat())];
/** Answered in words; the others by yes, no, not known. */
export const questionsInWords: readonly ClosingQuestion[] = ['who_did_it', 'what_it_was', 'who_tested'];
export const detectors = ['signature', 'indicator', 'scan', 'behaviour'] as const satisfies readonly Detector[];
export const sensorStates = ['online', 'late', 'offline', 'never'] as const satisfies readonly SensorState[];
export const mailThresholds = ['medium', 'high', 'critical', 'none'] as const satisfies readonly MailThreshold[];
export const channels = ['mail', 'push', 'webhook', 'slack', 'teams', 'line', 'syslog'] as const satisfies readonly Channel[];
export const endpointChannels = ['webhook', 'slack', 'teams', 'line', 'syslog'] as const satisfies readonly Channel[];
export const deliveryStates = [
  'waiting', 'gathered', 'sent', 'accepted', 'opened', 'failed', 'superseded',
] as const satisfies readonly DeliveryState[];
export const deliveryReasons = ['raised', 'grew', 'escalated', 'escalated_to_partner', 'digest', 'alarm_opened', 'alarm_closed', 'test'] as const satisfies readonly DeliveryReason[];
export const digests = ['none', 'hourly', 'daily'] as const satisfies readonly Digest[];
export const endpointThresholds = ['low', 'medium', 'high', 'critical'] as const satisfies readonly EndpointThreshold[];

type Missing<All extends string, Listed extends string> = Exclude<All, Listed>;
type Complete<T extends never> = T;
/** Fails to compile when the API knows a value that a list above lacks. */
export type EveryValueIsListed = Complete<
  | Missing<Severity, (typeof severities)[number]>
  | Missing<Stage, (typeof stages)[number]>
  | Missing<Communication, (typeof communications)[number]>
  | Missing<ThreatClass, (typeof classes)[number]>
  | Missing<Handling, (typeof handlings)[number]>
  | Missing<Resolution, (typeof resolutions)[number]>
  | Missing<ClosingQuestion, (typeof allQuestions)[number]>
  | Missing<Detector, (typeof detectors)[number]>
  | Missing<SensorState, (typeof sensorStates)[number]>
  | Missing<Channel, (typeof channels)[number]>
  | Missing<DeliveryState, (typeof deliveryStates)[number]>
  | Missing<DeliveryReason, (typeof deliveryReasons)[number]>
  | Missing<Digest, (typeof digests)[number]>
  | Missing<EndpointThreshold, (typeof endpointThresholds)[number]>
  | Missing<MailThreshold, (typeof mailThresholds)[number]>
>;
