import type en from './en';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'ui';
    resources: { ui: typeof en };
    strictKeyChecks: false;
  }
}
