import { act, ui } from '../../../locales/en.json';

export default { ...ui, act };
