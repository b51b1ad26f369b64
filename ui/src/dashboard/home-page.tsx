import { lazy, Suspense } from 'react';
import { useMay } from '../common/rights';
import { DashboardPage } from './dashboard-page';

const CustomersPage = lazy(async () => ({ default: (await import('../customers/customers-page')).CustomersPage }));

/** The first page: a tenant's own state, or for those who look after customers, all of theirs. */
export function HomePage() {
  const may = useMay();
  if (!may.looksAfterCustomers) return <DashboardPage />;
  return (
    <Suspense fallback={null}>
      <CustomersPage />
    </Suspense>
  );
}
