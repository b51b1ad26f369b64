import { NativeSelect, NumberInput, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { tenantsQuery } from './queries';

/** What is agreed with an organisation, as it is being written. */
export interface Contract {
  name: string;
  partner: string;
  /** How many machines; none where that is not agreed. */
  endpoints: number | '';
}

const endpointsMax = 10_000_000;

/** The fields of a contract; partners have neither a partner nor machines. */
export function ContractFields({ contract, change, isCustomer }: { contract: Contract; change: (part: Partial<Contract>) => void; isCustomer: boolean }) {
  const { t } = useTranslation();
  const { data } = useQuery(tenantsQuery);
  const partners = (data?.items ?? []).filter((one) => one.kind === 'partner').map((one) => ({ value: one.id, label: one.name }));
  return (
    <>
      <TextInput label={t('contracts.name')} required maxLength={100} value={contract.name} onChange={(event) => change({ name: event.currentTarget.value })} />
      {isCustomer && (
        <>
          <NativeSelect
            label={t('contracts.partner')}
            description={t('contracts.partner_hint')}
            value={contract.partner}
            data={contract.partner ? partners : [{ value: '', label: t('contracts.no_partner') }, ...partners]}
            onChange={(event) => change({ partner: event.currentTarget.value })}
          />
          <NumberInput
            label={t('contracts.endpoints')}
            description={t('contracts.endpoints_hint')}
            min={0}
            max={endpointsMax}
            clampBehavior="strict"
            allowDecimal={false}
            allowNegative={false}
            hideControls
            value={contract.endpoints}
            onChange={(value) => change({ endpoints: typeof value === 'number' ? value : '' })}
          />
        </>
      )}
    </>
  );
}
