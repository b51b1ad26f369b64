import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Copy } from '../common/copy';
import { Card } from '../common/page';
import type { EvidenceLine } from '../api/types';
import { type EvidenceItem, evidenceKinds, evidenceOf } from './evidence';
import classes from './evidence.module.css';

const shownOfKind = 5;

/** Names, addresses and hashes to look for elsewhere. */
export function Evidence({ detections }: { detections: EvidenceLine[] }) {
  const { t } = useTranslation();
  const items = useMemo(() => evidenceOf(detections), [detections]);
  if (items.length === 0) return null;
  return (
    <Card title={t('incident.evidence')} note={t('incident.evidence_note')} aside={<Copy text={items.map((item) => item.value).join('\n')} label={t('incident.copy_evidence')} />}>
      <dl className={classes.kinds}>
        {evidenceKinds.map((kind) => {
          const of = items.filter((item) => item.kind === kind);
          return of.length > 0 && <Kind key={kind} name={t(`evidence.${kind}`)} items={of} />;
        })}
      </dl>
    </Card>
  );
}

function Kind({ name, items }: { name: string; items: EvidenceItem[] }) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const shown = all ? items : items.slice(0, shownOfKind);
  return (
    <div>
      <dt>{name}</dt>
      {shown.map((item) => <dd key={item.value}><code>{item.value}</code></dd>)}
      {items.length > shown.length && (
        <dd><button type="button" className={classes.more} onClick={() => setAll(true)}>{t('and_more', { count: items.length - shown.length })}</button></dd>
      )}
    </div>
  );
}
