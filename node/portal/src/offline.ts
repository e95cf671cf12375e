interface Trust {
  createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): {
    createScriptURL: (url: string) => string;
  };
}

/** Lets a worker keep the page for times without a connection. Where there is none, the page works all the same. */
export async function keepOffline(): Promise<void> {
  if (!('serviceWorker' in navigator) || !import.meta.env.PROD) return;
  // The policy of contents lets no text become an address of code, except through here.
  const types = (globalThis as { trustedTypes?: Trust }).trustedTypes;
  const address = types?.createPolicy('tamga-offline', { createScriptURL: () => '/sw.js' }).createScriptURL('') ?? '/sw.js';
  await navigator.serviceWorker.register(address, { updateViaCache: 'none' }).catch(() => {});
}
