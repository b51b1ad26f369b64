export { ui as default } from '../../../locales/en.json';
