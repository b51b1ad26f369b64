import { Button } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

/** Copies a text and says so. */
export function Copy({ text, label, prominent = false }: { text: string; label?: string; prominent?: boolean }) {
  const { t } = useTranslation();
  const clipboard = useClipboard({ timeout: 2500 });
  const Icon = clipboard.copied ? IconCheck : IconCopy;
  return (
    <Button
      size={prominent ? 'sm' : 'compact-xs'}
      variant={prominent ? 'filled' : 'subtle'}
      leftSection={<Icon size={prominent ? 18 : 15} aria-hidden="true" />}
      aria-label={label && !clipboard.copied ? label : undefined}
      onClick={() => clipboard.copy(text)}
    >
      <span aria-live="polite">{clipboard.copied ? t('copy.done') : t('copy.copy')}</span>
    </Button>
  );
}
