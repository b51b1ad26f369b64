import { act, ui } from '../../../locales/ja.json';

export default { ...ui, act };
