export { ui as default } from '../../../locales/ja.json';
