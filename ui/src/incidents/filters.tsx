import { Button, CloseButton, MultiSelect, NativeSelect, TextInput } from '@mantine/core';
import { DatePickerInput } from '@mantine/dates';
import '@mantine/dates/styles.layer.css';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconAdjustmentsHorizontal, IconCalendar, IconSearch } from '@tabler/icons-react';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import 'dayjs/locale/ja';
import { useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { sensorsQuery, sessionQuery } from '../api/queries';
import type { Communication, Resolution, Stage, ThreatClass } from '../api/types';
import { useLanguage } from '../i18n/language';
import { SeverityMark } from '../words/severity';
import { classes as threats, communications, handlings, resolutions, severities, stages } from '../words/taxonomy';
import { filtersSet, type IncidentFilter } from './filter';
import classes from './filters.module.css';

interface Props { filter: IncidentFilter; ask: (change: IncidentFilter) => void }

/** What is asked of the list: the usual questions in sight, the others one press away. */
export function Filters({ filter, ask }: Props) {
  const { t } = useTranslation();
  const rare = [filter.class, filter.resolution, filter.overdue, filter.suppressed, filter.assignee, filter.communication, filter.stage, filter.sensor, filter.site, filter.host, filter.from ?? filter.to].filter(Boolean).length;
  const [unfolded, setUnfolded] = useState(rare > 0);
  const set = filtersSet(filter);
  const more = useId();
  return (
    <search className={classes.filters}>
      <div className={classes.usual}>
        <Search filter={filter} ask={ask} />
        <Toggles
          label={t('incidents.severity')}
          values={severities.map((value) => ({ value, label: t(`severity.${value}`), icon: <SeverityMark severity={value} size={14} /> }))}
          chosen={filter.severity ?? []}
          choose={(severity) => ask({ severity })}
        />
        <Toggles
          label={t('incidents.handling')}
          values={handlings.map((value) => ({ value, label: t(`handling.${value}`) }))}
          chosen={filter.handling ?? []}
          choose={(handling) => ask({ handling })}
        />
        <Button
          variant="default"
          aria-expanded={unfolded}
          aria-controls={more}
          leftSection={<IconAdjustmentsHorizontal size={18} aria-hidden="true" />}
          onClick={() => setUnfolded(!unfolded)}
        >
          {rare > 0 ? t('incidents.more_filters_set', { count: rare }) : t('incidents.more_filters')}
        </Button>
        {set > 0 && (
          <Button variant="subtle" onClick={() => ask({ severity: undefined, communication: undefined, stage: undefined, handling: undefined, resolution: undefined, class: undefined, overdue: undefined, suppressed: undefined, assignee: undefined, sensor: undefined, site: undefined, host: undefined, from: undefined, to: undefined })}>
            {t('incidents.clear')}
          </Button>
        )}
      </div>
      <div id={more} hidden={!unfolded}>
        {unfolded && <RareFilters filter={filter} ask={ask} />}
      </div>
    </search>
  );
}

/** Asks shortly after the last key; the text stays the reader's while he types. */
function Search({ filter, ask }: Props) {
  const { t } = useTranslation();
  const [words, setWords] = useState(filter.q ?? '');
  const askSoon = useDebouncedCallback((q: string) => ask({ q: q.trim() || undefined }), 300);
  useEffect(() => setWords((typed) => (typed.trim() === (filter.q ?? '') ? typed : (filter.q ?? ''))), [filter.q]);
  return (
    <TextInput
      className={classes.search}
      type="search"
      aria-label={t('incidents.search')}
      placeholder={t('incidents.search_hint')}
      leftSection={<IconSearch size={18} aria-hidden="true" />}
      rightSection={words && <CloseButton aria-label={t('incidents.search_clear')} onClick={() => { setWords(''); ask({ q: undefined }); }} />}
      maxLength={200}
      value={words}
      onChange={(event) => {
        setWords(event.currentTarget.value);
        askSoon(event.currentTarget.value);
      }}
    />
  );
}

function Toggles<T extends string>({ label, values, chosen, choose }: {
  label: string;
  values: { value: T; label: string; icon?: React.ReactNode }[];
  chosen: T[];
  choose: (values: T[] | undefined) => void;
}) {
  return (
    <div role="group" aria-label={label} className={classes.toggles}>
      {values.map(({ value, label: name, icon }) => {
        const pressed = chosen.includes(value);
        const next = pressed ? chosen.filter((one) => one !== value) : values.map((one) => one.value).filter((one) => one === value || chosen.includes(one));
        return (
          <button key={value} type="button" aria-pressed={pressed} className={classes.toggle} data-severity={value} onClick={() => choose(next.length > 0 ? next : undefined)}>
            {icon}
            {name}
          </button>
        );
      })}
    </div>
  );
}

function RareFilters({ filter, ask }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { data: sensors } = useQuery(sensorsQuery);
  const { data: session } = useSuspenseQuery(sessionQuery);
  // Of sensors that stand somewhere; who is limited to sites knows of no other.
  const sites = new Map((sensors?.items ?? []).flatMap(({ site }) => (site ? [[site.id, site.name] as const] : [])));
  const [host, setHost] = useState(filter.host ?? '');
  const askHost = useDebouncedCallback((value: string) => ask({ host: value.trim() || undefined }), 400);
  useEffect(() => setHost(filter.host ?? ''), [filter.host]);
  return (
    <div className={classes.rare}>
      <MultiSelect
        label={t('incidents.class')}
        placeholder={filter.class ? undefined : t('incidents.any')}
        data={threats.map((value) => ({ value, label: t(`class.${value}`) }))}
        value={filter.class ?? []}
        onChange={(values) => ask({ class: values.length > 0 ? (values as ThreatClass[]) : undefined })}
        clearable
        clearButtonProps={{ 'aria-label': t('incidents.clear') }}
      />
      <MultiSelect
        label={t('incidents.communication')}
        placeholder={filter.communication ? undefined : t('incidents.any')}
        data={communications.map((value) => ({ value, label: t(`communication.${value}`) }))}
        value={filter.communication ?? []}
        onChange={(values) => ask({ communication: values.length > 0 ? (values as Communication[]) : undefined })}
        clearable
        clearButtonProps={{ 'aria-label': t('incidents.clear') }}
      />
      <MultiSelect
        label={t('incidents.stage')}
        placeholder={filter.stage ? undefined : t('incidents.any')}
        data={stages.map((value) => ({ value, label: t(`stage.${value}`) }))}
        value={filter.stage ?? []}
        onChange={(values) => ask({ stage: values.length > 0 ? (values as Stage[]) : undefined })}
        clearable
        clearButtonProps={{ 'aria-label': t('incidents.clear') }}
      />
      <TextInput
        label={t('incidents.host')}
        placeholder={t('incidents.host_hint')}
        maxLength={200}
        value={host}
        onChange={(event) => {
          setHost(event.currentTarget.value);
          askHost(event.currentTarget.value);
        }}
      />
      <MultiSelect
        label={t('incidents.resolution')}
        placeholder={filter.resolution ? undefined : t('incidents.any')}
        data={resolutions.map((value) => ({ value, label: t(`resolution.${value}`) }))}
        value={filter.resolution ?? []}
        onChange={(values) => ask({ resolution: values.length > 0 ? (values as Resolution[]) : undefined })}
        clearable
        clearButtonProps={{ 'aria-label': t('incidents.clear') }}
      />
      <NativeSelect
        label={t('incidents.which')}
        value={filter.overdue ? 'overdue' : filter.assignee ? 'mine' : (filter.suppressed ?? '')}
        data={[
          { value: '', label: t('incidents.any') },
          { value: 'overdue', label: t('incidents.only_overdue') },
          { value: 'mine', label: t('incidents.only_mine') },
          { value: 'with', label: t('incidents.with_suppressed') },
          { value: 'only', label: t('incidents.only_suppressed') },
        ]}
        onChange={(event) => {
          const { value } = event.currentTarget;
          ask({
            overdue: value === 'overdue' ? true : undefined,
            assignee: value === 'mine' ? session.user.id : undefined,
            suppressed: value === 'with' || value === 'only' ? value : undefined,
          });
        }}
      />
      <NativeSelect
        label={t('incidents.sensor')}
        value={filter.sensor ?? ''}
        data={[{ value: '', label: t('incidents.any') }, ...(sensors?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))]}
        onChange={(event) => ask({ sensor: event.currentTarget.value || undefined })}
      />
      {(sites.size > 0 || filter.site) && (
        <NativeSelect
          label={t('sites.site')}
          value={filter.site ?? ''}
          data={[{ value: '', label: t('incidents.any') }, ...[...sites].map(([value, label]) => ({ value, label }))]}
          onChange={(event) => ask({ site: event.currentTarget.value || undefined })}
        />
      )}
      <DatePickerInput
        type="range"
        allowSingleDateInRange
        label={t('incidents.period')}
        placeholder={t('incidents.any')}
        locale={language}
        firstDayOfWeek={0}
        popoverProps={{ attributes: { dropdown: { 'aria-label': t('incidents.period') } } }}
        valueFormat={language === 'ja' ? 'YYYY年M月D日' : 'D MMM YYYY'}
        monthLabelFormat={language === 'ja' ? 'YYYY年 M月' : 'MMMM YYYY'}
        leftSection={<IconCalendar size={18} aria-hidden="true" />}
        ariaLabels={{ previousMonth: t('incidents.previous_month'), nextMonth: t('incidents.next_month') }}
        clearable
        clearButtonProps={{ 'aria-label': t('incidents.clear') }}
        value={[filter.from ?? null, filter.to ?? null]}
        onChange={([from, to]) => ask({ from: from ?? undefined, to: to ?? undefined })}
      />
    </div>
  );
}
