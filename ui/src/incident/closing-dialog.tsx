import { Button, Group, Modal, Radio, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useChangeHandling } from '../api/queries';
import type { ClosingAnswer, ClosingQuestion, IncidentDetail, Resolution } from '../api/types';
import { failureWords } from '../common/page';
import { closingQuestions, questionsInWords, resolutions } from '../words/taxonomy';
import classes from './closing.module.css';

const choices = ['yes', 'no', 'unknown'] as const;
const answerCharactersMax = 500;

type Answers = Partial<Record<ClosingQuestion, string>>;

/** How it ended, and a few plain questions, before an incident is resolved. */
export function ClosingDialog({ incident, opened, close }: { incident: IncidentDetail; opened: boolean; close: () => void }) {
  const { t } = useTranslation();
  const [resolution, setResolution] = useState<Resolution | null>(null);
  const [answers, setAnswers] = useState<Answers>({});
  const change = useChangeHandling(incident.id);
  const send = () => {
    if (!resolution) return;
    change.mutate({ handling: 'resolved', resolution, answers: given(resolution, answers) }, { onSuccess: close });
  };
  return (
    <Modal opened={opened} onClose={close} title={t('closing.title')} size="lg" closeButtonProps={{ 'aria-label': t('close') }}>
      <Stack gap="lg">
        <Radio.Group label={t('closing.which')} value={resolution} onChange={(value) => setResolution(value as Resolution)}>
          <Stack gap="xs" mt="xs">
            {resolutions.map((one) => (
              <Radio.Card key={one} value={one} className={classes.choice}>
                <Radio.Indicator />
                <span>
                  <strong>{t(`resolution.${one}`)}</strong>
                  <span className={classes.meaning}>{t(`resolution_meaning.${one}`)}</span>
                </span>
              </Radio.Card>
            ))}
          </Stack>
        </Radio.Group>
        {resolution && (
          <section aria-label={t('closing.questions')} className={classes.questions}>
            <h3>{t('closing.questions')}</h3>
            <p className={classes.meaning}>{t('closing.optional')}</p>
            {closingQuestions[resolution].map((question) => (
              <Question key={question} question={question} answer={answers[question] ?? ''} choose={(answer) => setAnswers({ ...answers, [question]: answer })} />
            ))}
            {answers.happens_again === 'yes' && <p className={classes.hint}>{t('closing.hint_again')}</p>}
          </section>
        )}
        {change.error && <p role="alert" className={classes.error}>{failureWords(change.error, t('failure.unreachable'))}</p>}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>{t('cancel')}</Button>
          <Button loading={change.isPending} disabled={!resolution} onClick={send}>{t('closing.send')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** Only what was asked for this end, and answered. */
function given(resolution: Resolution, answers: Answers): ClosingAnswer[] {
  return closingQuestions[resolution].flatMap((question) => {
    const answer = answers[question]?.trim();
    return answer ? [{ question, answer }] : [];
  });
}

function Question({ question, answer, choose }: { question: ClosingQuestion; answer: string; choose: (answer: string) => void }) {
  const { t } = useTranslation();
  if (questionsInWords.includes(question)) {
    return (
      <Textarea label={t(`question.${question}`)} autosize minRows={1} maxRows={4} maxLength={answerCharactersMax} value={answer} onChange={(event) => choose(event.currentTarget.value)} />
    );
  }
  return (
    <Radio.Group label={t(`question.${question}`)} value={answer || null} onChange={choose}>
      <Group gap="lg" mt={6}>
        {choices.map((one) => <Radio key={one} value={one} label={t(`closing.${one}`)} />)}
      </Group>
    </Radio.Group>
  );
}
