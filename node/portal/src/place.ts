/** Whether this page is the one file that people keep and open without a node (`vite.saved.config.ts`). */
export const SAVED = import.meta.env.MODE === 'saved';

/**
 * What is remembered between visits. The saved page remembers nothing: browsers may share what one file of a folder
 * keeps with all the others, and a policy must not come from there.
 */
export const memory: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> = SAVED ? forgetful() : globalThis.localStorage;

function forgetful() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}
