import { en } from './en';
import { kk } from './kk';
import { ru } from './ru';

/** The languages of the page, in the order of the switch. */
export const LANGUAGES = ['kk', 'ru', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];
/** How each language calls itself. */
export const OWN_NAMES: Record<Language, string> = { kk: 'Қазақша', ru: 'Русский', en: 'English' };

/** Every text of the page. */
export type Texts = typeof ru;
export const CATALOGUES: Record<Language, Texts> = { kk, ru, en };

/** Puts values in the places of a text. A place without a value stays visible: a test looks for it. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}

/** The form of a text that goes with a count. */
export function plural(
  language: Language,
  count: number,
  forms: { one: string; few: string; many: string; other: string },
): string {
  const form = new Intl.PluralRules(language).select(count);
  return fill(form in forms ? forms[form as keyof typeof forms] : forms.other, { count });
}

/** The language of an address (`/kk`), else the one chosen before, else the first that the browser asks for. */
export function languageOf(path: string, remembered: string | null, asked: readonly string[]): Language {
  const known = (text: string | undefined) => LANGUAGES.find((language) => language === text);
  const preferred = asked.map((tag) => known(tag.slice(0, 2).toLowerCase())).find(Boolean);
  return known(path.split('/')[1]) ?? known(remembered ?? undefined) ?? preferred ?? 'ru';
}
