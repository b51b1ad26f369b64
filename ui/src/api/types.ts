// Short names for the schemas of the API; `schema.gen.ts` is made from crates/portal/openapi.json by `npm run client`.
import type { components } from './schema.gen';

type Schemas = components['schemas'];

export type ActionItem = Schemas['ActionItem'];
export type Communication = Schemas['Communication'];
export type Dashboard = Schemas['Dashboard'];
export type DayCounts = Schemas['DayCounts'];
export type Detector = Schemas['Detector'];
export type EvidenceLine = Schemas['EvidenceLine'];
export type Explained = Schemas['Explained'];
export type Handling = Schemas['Handling'];
export type Heartbeat = Schemas['Heartbeat'];
export type HistoryEntry = Schemas['HistoryEntry'];
export type IncidentDetail = Schemas['IncidentDetail'];
export type IncidentEvent = Schemas['IncidentEvent'];
export type IncidentPage = Schemas['IncidentPage'];
export type IncidentSummary = Schemas['IncidentSummary'];
export type Language = Schemas['Language'];
export type MailThreshold = Schemas['MailThreshold'];
export type ProfileChange = { [Name in keyof Schemas['ProfileChange']]?: NonNullable<Schemas['ProfileChange'][Name]> };
export type Sample = Schemas['Sample'];
export type Sensor = Schemas['Sensor'];
export type SensorDetail = Schemas['SensorDetail'];
export type SensorEvent = Schemas['SensorEvent'];
export type SensorState = Schemas['SensorState'];
export type SensorWithSecret = Schemas['SensorWithSecret'];
export type Session = Schemas['Session'];
export type Severity = Schemas['Severity'];
export type Stage = Schemas['Stage'];
export type Status = Schemas['Status'];
export type Text = Schemas['Text'];
export type ThreatClass = Schemas['ThreatClass'];
